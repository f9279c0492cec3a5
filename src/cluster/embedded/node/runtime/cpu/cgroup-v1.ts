import { join } from 'node:path';
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
import { cpuShares, periodMs, quotaUs, type CpuControl, type CpuShare } from './control.ts';
import { residentBytes } from './processes.ts';
import { signalProcess } from '../groups.ts';

/**
 * Limits by the cpu controller of cgroup v1 (`cpu.cfs_quota_us` per 100 ms, `cpu.shares` for requests), usage by cpuacct.
 * Undefined where this process may not create cgroups. `onFolder` is told each top folder before it is used.
 */
export function cgroupV1(
  mounts: CgroupMounts,
  name: string,
  onFolder: (path: string) => void,
): CpuControl | undefined {
  const cpu = topFolder(mounts, 'cpu', name, onFolder);
  if (cpu === undefined) return undefined;
  const accounting = topFolder(mounts, 'cpuacct', name, onFolder);
  if (accounting === undefined || readControl(cpu, 'cpu.cfs_quota_us') === undefined) {
    for (const folder of [cpu, accounting]) if (folder !== undefined) removeCgroup(folder);
    return undefined;
  }
  const tops = [...new Set([cpu, accounting])];
  return {
    kind: 'cgroup1',
    description: 'CPU limits by cgroup v1 (cpu.cfs_quota_us per 100 ms), usage by cpuacct',
    attach({ id, pid, share }) {
      const folders = tops.map((top) => join(top, id));
      for (const folder of folders) makeFolder(folder);
      setLimits(join(cpu, id), share);
      for (const folder of folders) tryControl(folder, 'cgroup.procs', pid);
      const [first = ''] = folders;
      return {
        usage: () => {
          const nanos = readControl(join(accounting, id), 'cpuacct.usage');
          return Promise.resolve(
            nanos === undefined
              ? undefined
              : { cpuNanos: Number(nanos), memoryBytes: residentBytes(processesIn(first)) },
          );
        },
        killStrays: () => {
          for (const stray of processesIn(first)) signalProcess(stray, 'SIGKILL');
        },
        release: () => {
          for (const folder of folders) removeCgroupSoon(folder);
        },
      };
    },
    close: () => {
      for (const top of tops) removeCgroup(top);
    },
  };
}

function topFolder(
  mounts: CgroupMounts,
  controller: string,
  name: string,
  onFolder: (path: string) => void,
): string | undefined {
  const place = mounts.v1(controller);
  if (place === undefined) return undefined;
  // Inside a container the path of our own cgroup may be one of the host that is not mounted here.
  for (const parent of [join(place.mount, place.own), place.mount]) {
    if (readControl(parent, 'cgroup.procs') === undefined) continue;
    const folder = join(parent, name);
    removeCgroup(folder);
    if (!makeFolder(folder)) continue;
    onFolder(folder);
    return folder;
  }
  return undefined;
}

function setLimits(folder: string, { limitMilli, requestMilli }: CpuShare): void {
  writeControl(folder, 'cpu.shares', cpuShares(requestMilli));
  if (limitMilli === null) return;
  writeControl(folder, 'cpu.cfs_period_us', periodMs * 1000);
  writeControl(folder, 'cpu.cfs_quota_us', quotaUs(limitMilli));
}
