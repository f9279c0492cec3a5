import { mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signalProcess } from '../groups.ts';

/** Reads a control file; undefined when it is not there. */
export function readControl(folder: string, file: string): string | undefined {
  try {
    return readFileSync(join(folder, file), 'utf8').trim();
  } catch {
    return undefined;
  }
}

export function writeControl(folder: string, file: string, value: string | number): void {
  writeFileSync(join(folder, file), String(value));
}

/** True when the file took the value. */
export function tryControl(folder: string, file: string, value: string | number): boolean {
  try {
    writeControl(folder, file, value);
    return true;
  } catch {
    return false;
  }
}

export function processesIn(folder: string): number[] {
  return (readControl(folder, 'cgroup.procs') ?? '').split('\n').filter(Boolean).map(Number);
}

export function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    return true;
  } catch {
    return false;
  }
}

/** Kills what still runs in a cgroup and those below, and removes them; what is busy yet is left to the next try. */
export function removeCgroup(folder: string): boolean {
  for (const child of childrenOf(folder)) removeCgroup(join(folder, child));
  for (const pid of processesIn(folder)) signalProcess(pid, 'SIGKILL');
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** Removes a cgroup whose processes are ending: at once if it can be, else as soon as they are reaped. */
export function removeCgroupSoon(folder: string, tries = 50): void {
  if (removeCgroup(folder) || tries === 0) return;
  setTimeout(() => removeCgroupSoon(folder, tries - 1), 20);
}

function childrenOf(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? entry.name : [],
    );
  } catch {
    return [];
  }
}

/**
 * Where a controller of cgroup v1 and the unified tree of v2 are mounted, and in which cgroup this process is. Of the v2 tree
 * the whole path from the mount to our cgroup is a candidate, nearest first.
 */
export interface CgroupMounts {
  v1(controller: string): { mount: string; own: string } | undefined;
  v2(): { mount: string; own: string } | undefined;
}

/** From the text of /proc/self/mounts and /proc/self/cgroup (cgroups(7)). */
export function cgroupMounts(mounts: string, cgroups: string): CgroupMounts {
  const mounted = mounts.split('\n').map((line) => line.split(' '));
  const own = cgroups.split('\n').map((line) => /^(\d+):([^:]*):(.*)$/.exec(line) ?? []);
  return {
    v1(controller) {
      const mount = mounted.find(
        ([, , type, options]) => type === 'cgroup' && options?.split(',').includes(controller),
      )?.[1];
      const path = own.find(([, , controllers]) => controllers?.split(',').includes(controller))?.[3];
      return mount === undefined ? undefined : { mount, own: path ?? '/' };
    },
    v2() {
      const mount = mounted.find(([, , type]) => type === 'cgroup2')?.[1];
      const path = own.find(([, id]) => id === '0')?.[3];
      return mount === undefined ? undefined : { mount, own: path ?? '/' };
    },
  };
}
