import { readFileSync, readdirSync } from 'node:fs';

/** Process groups: signals that may come too late, and waiting for the last member. */

/** Sends a signal to every process of a group; false when there is none any more. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  return signalled(-group, signal);
}

/** Sends a signal to one process; false when it is gone. */
export function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  return signalled(pid, signal);
}

function signalled(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    // EPERM: on some systems a group of zombies only.
    if (['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/**
 * Kills what is left of a group until none of it runs. Gives up after two seconds: what then still counts as a member was
 * killed and only waits to be reaped by a parent that is not ours.
 */
export async function emptyGroup(group: number): Promise<void> {
  const giveUpAt = Date.now() + 2_000;
  for (let waitMs = 1; signalGroup(group, 'SIGKILL') && Date.now() < giveUpAt; waitMs *= 2) {
    if (waitMs > 8 && onlyZombies(group)) return;
    await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, 50)));
  }
}

/** Whether every member has ended and waits to be reaped; false where /proc does not tell. */
function onlyZombies(group: number): boolean {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .every((pid) => {
        const [state, , member] = statFields(pid);
        return Number(member) !== group || state === 'Z' || state === 'X';
      });
  } catch {
    return false;
  }
}

/** The fields of /proc/<pid>/stat from the third on, state first; none when the process is gone. */
function statFields(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
