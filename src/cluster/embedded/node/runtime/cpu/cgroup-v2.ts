import { dirname, join } from 'node:path';
import {
  makeFolder,
  processesIn,
  readControl,
  removeCgroup,
  removeCgroupSoon,
  tryControl,
  writeControl,
  type CgroupMounts,
} from './cgroup-files.ts';
import {
  cpuShares,
  periodMs,
  quotaUs,
  type CpuControl,
  type CpuHandle,
  type CpuShare,
  type Usage,
} from './control.ts';
import { residentBytes } from './processes.ts';
import { signalProcess } from '../groups.ts';

/**
 * Limits by the cpu controller of cgroup v2 (`cpu.max` per 100 ms, `cpu.weight` for requests), usage by `cpu.stat`.
 * Undefined where no cgroup that we may create children in hands the cpu controller down. `onFolder` is told the top
 * folder before it is used.
 */
export function cgroupV2(
  mounts: CgroupMounts,
  name: string,
  onFolder: (path: string) => void,
): CpuControl | undefined {
  const place = mounts.v2();
  const top = place && topFolder(place, name, onFolder);
  if (top === undefined) return undefined;
  return {
    kind: 'cgroup2',
    description: 'CPU limits by cgroup v2 (cpu.max per 100 ms), usage by cpu.stat',
    attach: ({ id, pid, share }) => attach(join(top, id), pid, share),
    close: () => void removeCgroup(top),
  };
}

/**
 * The folder for our containers, below our own cgroup or one of those above it: a cgroup that has processes itself cannot
 * hand controllers down, so with systemd's delegation it is usually the one above ours.
 */
function topFolder(
  { mount, own }: { mount: string; own: string },
  name: string,
  onFolder: (path: string) => void,
): string | undefined {
  for (let parent = join(mount, own); parent.startsWith(mount); parent = dirname(parent)) {
    const folder = join(parent, name);
    removeCgroup(folder);
    if (readControl(parent, 'cgroup.controllers')?.split(' ').includes('cpu') !== true) continue;
    if (!handsDownCpu(parent) || !makeFolder(folder)) continue;
    onFolder(folder);
    if (handsDownCpu(folder) && takesProcesses(folder)) return folder;
    removeCgroup(folder);
  }
  return undefined;
}

function handsDownCpu(folder: string): boolean {
  const enabled = readControl(folder, 'cgroup.subtree_control')?.split(' ') ?? [];
  return enabled.includes('cpu') || tryControl(folder, 'cgroup.subtree_control', '+cpu');
}

/** Whether a container's cgroup below this one has the files that a limit needs. */
function takesProcesses(folder: string): boolean {
  const trial = join(folder, 'trial');
  const takes = makeFolder(trial) && tryControl(trial, 'cpu.max', `max ${periodMs * 1000}`);
  removeCgroup(trial);
  return takes;
}

function attach(folder: string, pid: number, share: CpuShare): CpuHandle {
  makeFolder(folder);
  for (const [file, value] of Object.entries(cgroupV2Values(share))) writeControl(folder, file, value);
  tryControl(folder, 'cgroup.procs', pid);
  return {
    usage: () => Promise.resolve(usageOf(folder)),
    killStrays: () => {
      // `cgroup.kill` (Linux 5.14) takes also what forks meanwhile.
      if (tryControl(folder, 'cgroup.kill', 1)) return;
      for (const stray of processesIn(folder)) signalProcess(stray, 'SIGKILL');
    },
    release: () => removeCgroupSoon(folder),
  };
}

/** The control files of a container: what to write for its share of the CPU. */
export function cgroupV2Values({ limitMilli, requestMilli }: CpuShare): Record<string, string> {
  // The kubelet's conversion: requests → cgroup v1 shares (2…262144) → weight (1…10000).
  const weight = Math.min(10_000, Math.floor(1 + ((cpuShares(requestMilli) - 2) * 9999) / 262_142));
  const periodUs = periodMs * 1000;
  const quota = limitMilli === null ? 'max' : String(quotaUs(limitMilli));
  return { 'cpu.weight': String(weight), 'cpu.max': `${quota} ${periodUs}` };
}

function usageOf(folder: string): Usage | undefined {
  const stat = readControl(folder, 'cpu.stat');
  const usec = /^usage_usec (\d+)$/m.exec(stat ?? '')?.[1];
  if (usec === undefined) return undefined;
  return { cpuNanos: Number(usec) * 1000, memoryBytes: residentBytes(processesIn(folder)) };
}
