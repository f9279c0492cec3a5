import { readFileSync, readdirSync } from 'node:fs';
import type { Usage } from './control.ts';

/** Kernel ticks per second in /proc: USER_HZ, 100 on every architecture Node.js runs on. */
const ticksPerSecond = 100;

interface ProcessStat {
  pid: number;
  parent: number;
  group: number;
  ticks: number;
}

/** Resident memory of processes, from /proc; those that are gone count nothing. */
export function residentBytes(pids: number[]): number {
  let kilobytes = 0;
  for (const pid of pids) {
    kilobytes += Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1] ?? 0);
  }
  return kilobytes * 1024;
}

/**
 * What a process group used, from /proc: its members and the descendants of its leader. A child that ended counts through its
 * parent, which the kernel credits when it reaps it. Undefined when the leader is gone.
 */
export class GroupUsage {
  readonly #leader: number;
  #members: number[];
  #membersAt = Number.NEGATIVE_INFINITY;
  #highestNanos = 0;

  constructor(leader: number) {
    this.#leader = leader;
    this.#members = [leader];
  }

  /** `refreshMs`: how old the list of members may be; finding them reads all of /proc. */
  read(refreshMs = 0): Usage | undefined {
    if (performance.now() - this.#membersAt > refreshMs) {
      this.#members = family(this.#leader);
      this.#membersAt = performance.now();
    }
    const stats = this.#members.flatMap((pid) => statOf(pid) ?? []);
    if (!stats.some((stat) => stat.pid === this.#leader)) return undefined;
    const ticks = stats.reduce((sum, stat) => sum + stat.ticks, 0);
    // A grandchild that outlives its parent takes its time along to init; what was used stays used.
    this.#highestNanos = Math.max(this.#highestNanos, (ticks * 1e9) / ticksPerSecond);
    return { cpuNanos: this.#highestNanos, memoryBytes: residentBytes(this.#members) };
  }
}

/** A group's leader, members and descendants. */
function family(leader: number): number[] {
  const all = readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) ? (statOf(Number(name)) ?? []) : [],
  );
  const found = new Set([leader]);
  // Parents may have higher ids than their children once ids have wrapped, so until nothing is added.
  for (let before = 0; before !== found.size;) {
    before = found.size;
    for (const stat of all) {
      if (stat.group === leader || found.has(stat.parent)) found.add(stat.pid);
    }
  }
  return [...found];
}

/** The fields of /proc/<pid>/stat (proc(5)) that are needed here. */
function statOf(pid: number): ProcessStat | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the program's name in parentheses and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field] ?? 0), 0);
  return { pid, parent: Number(fields[1]), group: Number(fields[2]), ticks };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
