import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

/** A process, by what tells it from a later one that gets the same id. */
interface Seen {
  pid: number;
  startedAt: string;
  command: string;
}

/**
 * What a command starts in a temporary folder of its own: looked at while it runs, asked for afterwards. Linux only.
 *
 * A process is the command's when it descends from it, names the folder on its command line or has it as its TMPDIR, or
 * carries the folder of a cluster that lay there. Once seen it is known, wherever it goes.
 */
export class Traces {
  readonly #tmp: string;
  readonly #expected: ReadonlySet<string>;
  readonly #processes = new Map<number, Seen>();
  readonly #sockets = new Map<string, string>();
  readonly #cgroups = new Set<string>();
  /** Processes that are none of the command's, so that each is read only once: reading all of /proc takes a while. */
  #strangers: ReadonlySet<number> = new Set();

  /** `expected`: entries of the folder that are not the command's to remove. */
  constructor(tmp: string, expected: readonly string[] = []) {
    this.#tmp = tmp;
    this.#expected = new Set(expected);
  }

  /** Notes what is there now. @returns what runs now, oldest first. */
  look(root?: number): { pid: number; command: string }[] {
    for (const name of clusterFolders(this.#tmp)) this.#cgroups.add(cgroupSuffix(this.#tmp, name));
    const all = processesBut(this.#strangers);
    const strangers = new Set<number>();
    const belongs = (pid: number): boolean => {
      const process_ = all.processes.get(pid);
      if (process_ === undefined) return false;
      if (strangers.has(pid)) return false;
      if (pid === root || this.#isKnown(process_)) return true;
      // Before anything else is asked, so that a circle of parents ends.
      strangers.add(pid);
      if (!this.#carriesName(pid) && !belongs(process_.parent)) return false;
      strangers.delete(pid);
      return true;
    };
    const running = [...all.processes.values()].filter(({ pid }) => pid !== process.pid && belongs(pid));
    // An id may come again for another process, so those that are gone are forgotten.
    this.#strangers = new Set([...all.strangers, ...strangers]);
    const listening = listeningSockets();
    for (const { pid, startedAt } of running) {
      this.#processes.set(pid, { pid, startedAt, command: commandOf(pid) });
      for (const inode of socketsOf(pid)) {
        const address = listening.get(inode);
        if (address !== undefined) this.#sockets.set(inode, address);
      }
    }
    return running.map(({ pid }) => ({ pid, command: commandOf(pid) })).toSorted((a, b) => a.pid - b.pid);
  }

  /** How many listening sockets were seen; a test that has seen none has looked at nothing. */
  get socketsSeen(): number {
    return this.#sockets.size;
  }

  /** What is still there: processes, listening sockets, entries of the folder, cgroups; a line each. */
  left(): string[] {
    const processes = this.look().map(({ pid, command }) => `process ${pid}: ${command}`);
    const listening = listeningSockets();
    const sockets = [...this.#sockets].flatMap(([inode, address]) =>
      listening.has(inode) ? [`socket listening at ${address}`] : [],
    );
    const entries = readdirSync(this.#tmp).filter((entry) => !this.#expected.has(entry));
    const files = entries.map((entry) => `${this.#tmp}/${entry}`);
    return [...processes, ...sockets, ...files, ...leftoverCgroups(this.#cgroups)];
  }

  #isKnown({ pid, startedAt }: { pid: number; startedAt: string }): boolean {
    return this.#processes.get(pid)?.startedAt === startedAt;
  }

  #carriesName(pid: number): boolean {
    if (read(`/proc/${pid}/cmdline`).includes(this.#tmp)) return true;
    const environment = read(`/proc/${pid}/environ`).split('\0');
    return environment.some(
      (entry) => entry === `TMPDIR=${this.#tmp}` || entry.startsWith(`OPENBELL_CLUSTER=${this.#tmp}/`),
    );
  }
}

/** Names of the clusters whose folders lie in `tmp`. */
export function clusterFolders(tmp: string): string[] {
  return readdirSync(tmp)
    .map((entry) => /^openbell-\d+-(.+)$/.exec(entry)?.[1])
    .filter((name) => name !== undefined);
}

/** What the names of a cluster's cgroups end in: it follows from the cluster's folder, so that no other cluster has it. */
function cgroupSuffix(tmp: string, name: string): string {
  const folder = join(tmp, `openbell-${userInfo().uid}-${name}`);
  return `-${createHash('sha256').update(folder).digest('hex').slice(0, 8)}`;
}

/** Cgroups whose names end in one of the suffixes, wherever in the tree. */
function leftoverCgroups(suffixes: ReadonlySet<string>, folder = '/sys/fs/cgroup'): string[] {
  if (suffixes.size === 0) return [];
  return foldersIn(folder).flatMap((name) => {
    const path = join(folder, name);
    const isOne = [...suffixes].some((suffix) => name.endsWith(suffix));
    return isOne ? [`cgroup ${path}`] : leftoverCgroups(suffixes, path);
  });
}

/** None where there is no such folder, or it went while we read. */
function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? entry.name : [],
    );
  } catch {
    return [];
  }
}

interface Process {
  pid: number;
  parent: number;
  startedAt: string;
}

/** Every process that has not ended, and those of `strangers` that are still there; one that waits to be reaped has ended. */
function processesBut(strangers: ReadonlySet<number>): {
  processes: Map<number, Process>;
  strangers: number[];
} {
  const pids = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
  const processes = new Map<number, Process>();
  for (const pid of pids) {
    if (strangers.has(pid)) continue;
    // Fields of proc(5) after the name, which stands in parentheses and may hold anything: state, parent, … start time.
    const stat = read(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = '', parent = ''] = fields;
    if (stat === '' || state === 'Z' || state === 'X') continue;
    processes.set(pid, { pid, parent: Number(parent), startedAt: fields[19] ?? '' });
  }
  return { processes, strangers: pids.filter((pid) => strangers.has(pid)) };
}

/** Inode → address of every TCP socket that listens. */
function listeningSockets(): Map<string, string> {
  const listening = '0A';
  const rows = ['tcp', 'tcp6'].flatMap((table) => read(`/proc/net/${table}`).split('\n').slice(1));
  return new Map(
    rows.flatMap((row) => {
      const [, address = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
      return state === listening ? [[inode, readableAddress(address)] as const] : [];
    }),
  );
}

/** `0100007F:1F90` (bytes of an IPv4 address in the machine's order, port) as 127.0.0.1:8080; others as they are. */
function readableAddress(address: string): string {
  const [host = '', port = ''] = address.split(':');
  if (host.length !== 8) return address;
  const bytes = [6, 4, 2, 0].map((at) => Number.parseInt(host.slice(at, at + 2), 16));
  return `${bytes.join('.')}:${Number.parseInt(port, 16)}`;
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
