/** What the provider and the supervisor agree on. */
import type { ClusterSpec } from '../../spec.ts';
import type { NodeConfig } from '../config.ts';

/** What the supervisor is asked to boot, in the folder that its first argument names. */
export interface BootRequest {
  spec: ClusterSpec;
  cpuLimits: NodeConfig['cpuLimits'];
}

/** Where a cluster's supervisor is asked by processes that did not start it. */
export function socketPath(runDir: string): string {
  return `${runDir}/supervisor.sock`;
}

/** File in the cluster's folder that says that the cluster outlives its creator. */
export const keptFile = 'kept';

/** Descriptor of a pipe that the supervisor gets from the cluster's creator, who holds the other end as long as it lives. */
export const creatorPipe = 3;
