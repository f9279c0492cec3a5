import { appendFileSync, readFileSync } from 'node:fs';
import { OpenbellError } from '../../../../../support/index.ts';
import type { NodeConfig } from '../../../config.ts';
import { cgroupMounts } from './cgroup-files.ts';
import { cgroupV1 } from './cgroup-v1.ts';
import { cgroupV2 } from './cgroup-v2.ts';
import type { CpuControl } from './control.ts';
import { dutyCycle } from './duty-cycle.ts';

export type { CpuControl, CpuHandle, CpuShare, Usage } from './control.ts';

/** What {@link chooseCpuControl} needs to know. */
export interface CpuControlOptions {
  method: NodeConfig['cpuLimits'];
  /** Name of the top cgroup folders, unique on this machine: `openbell-…`. What an earlier life left there is killed. */
  name: string;
  /** The path of each cgroup folder that is created goes here, one per line, for a clean-up after SIGKILL. */
  cgroupsFile: string;
}

/**
 * The way to enforce CPU limits that was asked for, or with `auto` the best that works here.
 *
 * @throws {OpenbellError} `CPU_LIMITS_UNAVAILABLE` when the one asked for does not work on this machine.
 */
export function chooseCpuControl({ method, name, cgroupsFile }: CpuControlOptions): CpuControl {
  const mounts = cgroupMounts(readOr('/proc/self/mounts', ''), readOr('/proc/self/cgroup', ''));
  const onFolder = (path: string): void => appendFileSync(cgroupsFile, `${path}\n`);
  const ways: Record<Exclude<typeof method, 'auto'>, () => CpuControl | undefined> = {
    cgroup2: () => cgroupV2(mounts, name, onFolder),
    cgroup1: () => cgroupV1(mounts, name, onFolder),
    'duty-cycle': () => dutyCycle({ enforce: true }),
    off: () => dutyCycle({ enforce: false }),
  };
  const chosen =
    method === 'auto' ? (ways.cgroup2() ?? ways.cgroup1() ?? ways['duty-cycle']()) : ways[method]();
  if (chosen !== undefined) return chosen;
  throw new OpenbellError(
    `CPU limits by ${method} do not work here: no cgroup with a cpu controller is writable`,
    {
      code: 'CPU_LIMITS_UNAVAILABLE',
      hint: 'use cpuLimits auto, which falls back to a duty cycle',
    },
  );
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
