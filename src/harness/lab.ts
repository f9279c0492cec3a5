import {
  effectiveTimings,
  embeddedClusterNames,
  kindClusterNames,
  type ClusterProvider,
  type ClusterSpec,
  type NodeSpec,
} from '../cluster/index.ts';
import type { Scenario } from '../scenario/index.ts';
import { OpenbellError, exitCodes } from '../support/index.ts';
import { sampleApiImage } from '../workload/index.ts';

/** What a cluster to play with is like: so many workers (1 to 20) and timers divided by so much (1 to 100), or as a scenario asks. */
export type LabLike = { nodes: number; speedup: number } | { scenario: Scenario };

/** A cluster to play with. */
export interface LabOptions {
  provider: ClusterProvider;
  name: string;
  like: LabLike;
  onProgress: (message: string) => void;
}

/**
 * Starts a cluster that stays when this process ends, with the sample API's image in its registry.
 *
 * @returns the path of its kubeconfig, and the image's name.
 */
export async function startLab({
  provider,
  name,
  like,
  onProgress,
}: LabOptions): Promise<{ kubeconfigPath: string; image: string }> {
  checkName(name);
  const asked = clusterLike(like);
  const interrupted = new AbortController();
  const interrupt = (): void =>
    interrupted.abort(
      new OpenbellError('interrupted', { code: 'INTERRUPTED', exitCode: exitCodes.interrupted }),
    );
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const cluster = await provider.create(
      { ...asked, name },
      { keep: true, signal: interrupted.signal, onProgress },
    );
    const image = sampleApiImage();
    await cluster.loadImage(image);
    if (interrupted.signal.aborted) {
      await cluster.destroy();
      throw interrupted.signal.reason;
    }
    return { kubeconfigPath: cluster.kubeconfigPath(), image: image.name };
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** Ends the provider's named cluster, or all of this user's. @returns the names of those that were ended. */
export async function endLabs(provider: ClusterProvider, which: string): Promise<string[]> {
  const all = provider.name === 'kind' ? kindClusterNames : embeddedClusterNames;
  const names = which === 'all' ? all() : [which];
  for (const name of names) {
    const cluster = await provider.attach(name);
    await cluster.destroy();
  }
  return names;
}

function clusterLike(like: LabLike): Omit<ClusterSpec, 'name'> {
  if ('scenario' in like) return like.scenario.cluster;
  const { nodes, speedup } = like;
  checkRange('--nodes', nodes, { from: 1, to: 20, whole: true });
  checkRange('--speedup', speedup, { from: 1, to: 100, whole: false });
  return {
    workers: Array.from({ length: nodes }, (_, index) => labNode(index)),
    timings: effectiveTimings(speedup),
  };
}

function labNode(index: number): NodeSpec {
  return {
    name: `worker-${index + 1}`,
    cpuMilli: 2000,
    memoryBytes: 4 * 1024 ** 3,
    maxPods: 110,
    labels: {},
  };
}

function checkName(name: string): void {
  if (/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(name)) return;
  throw usage(`a cluster’s name is 1 to 32 lower-case letters, digits and dashes; got "${name}"`);
}

function checkRange(
  option: string,
  value: number,
  { from, to, whole }: { from: number; to: number; whole: boolean },
): void {
  if (value >= from && value <= to && (!whole || Number.isInteger(value))) return;
  throw usage(`${option} takes a ${whole ? 'whole ' : ''}number from ${from} to ${to}; got ${value}`);
}

function usage(message: string): OpenbellError {
  return new OpenbellError(message, { code: 'USAGE', exitCode: exitCodes.usage, hint: 'openbell up --help' });
}
