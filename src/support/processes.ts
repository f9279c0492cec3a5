import { readFileSync } from 'node:fs';
import { until } from './until.ts';

/** Sends a signal to a whole process group; a group that is gone already is no error. */
export function signalGroup(groupId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-groupId, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Whether a process group's leader runs. A zombie, which only waits for its parent to ask for its exit code, does not.
 */
export function groupRuns(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const state = processState(groupId);
  return state !== 'Z' && state !== 'X' && state !== 'gone';
}

/** Whether the group's leader is stopped (SIGSTOP); false where the OS does not tell. */
export function groupIsStopped(groupId: number): boolean {
  return processState(groupId) === 'T';
}

/** Whether a process runs; one of another user counts. */
export function processRuns(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Kills process groups at once and resolves when none of them runs any more. */
export async function killGroups(groupIds: readonly number[]): Promise<void> {
  for (const groupId of groupIds) signalGroup(groupId, 'SIGKILL');
  await until(() => !groupIds.some(groupRuns), {
    what: `process groups ${groupIds.join(', ')} to be gone`,
    deadlineMs: 5_000,
    everyMs: 2,
  });
}

/** The state letter of proc(5), `gone`, or `unknown` where there is no /proc. */
function processState(pid: number): string {
  if (process.platform !== 'linux') return 'unknown';
  try {
    // The program's name stands in parentheses and may itself contain some.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    return 'gone';
  }
}
