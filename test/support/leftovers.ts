import { readFileSync, readdirSync } from 'node:fs';

/** A process that should not be there any more. */
export interface Leftover {
  pid: number;
  command: string;
}

/**
 * Processes that belong to clusters whose folders lie in `tmp`: they name the folder on their command line, or carry
 * the name of one of `clusters` in their environment. Linux only.
 */
export function leftoverProcesses(tmp: string, clusters: readonly string[]): Leftover[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid)
    .map((pid) => ({ pid, command: read(pid, 'cmdline'), environment: read(pid, 'environ') }))
    .filter(
      ({ command, environment }) =>
        command.includes(tmp) ||
        clusters.some((cluster) => environment.includes(`OPENBELL_CLUSTER=${cluster}\0`)),
    )
    .map(({ pid, command }) => ({ pid, command: command.replaceAll('\0', ' ').trim() }));
}

/** Names of the clusters whose folders lie in `tmp`. */
export function clusterFolders(tmp: string): string[] {
  return readdirSync(tmp)
    .map((entry) => /^openbell-\d+-(.+)$/.exec(entry)?.[1])
    .filter((name) => name !== undefined);
}

/** Cgroups that carry one of the clusters' names. */
export function leftoverCgroups(clusters: readonly string[]): string[] {
  const roots = ['/sys/fs/cgroup', '/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpuacct', '/sys/fs/cgroup/memory'];
  return roots.flatMap((root) => {
    try {
      return readdirSync(root)
        .filter((entry) => clusters.some((cluster) => entry.includes(`openbell-${cluster}`)))
        .map((entry) => `${root}/${entry}`);
    } catch {
      return [];
    }
  });
}

function read(pid: number, file: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
