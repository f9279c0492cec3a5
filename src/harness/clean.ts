import { hostname } from 'node:os';
import { cordonedAnnotation } from '../faults/index.ts';
import { connect, kinds, readKubeconfig, type KubeClient } from '../kubernetes/index.ts';
import { processRuns } from '../support/index.ts';
import { runLabel } from '../workload/index.ts';
import { liveRuns, type LiveRun } from './heartbeat.ts';
import { keptLabel, removeNamespace } from './namespace.ts';
import { isForbidden, sweepNamespace } from './sweep.ts';

/** Which cluster is looked through, and where. */
export interface CleanOptions {
  context: string;
  kubeconfig?: string | undefined;
  /** Looks only there; everywhere when left out. */
  namespace?: string | undefined;
  /** Only what this run left. */
  run?: string | undefined;
  /** Also what belongs to runs that go on; they fail then. */
  evenIfAlive: boolean;
  signal: AbortSignal;
}

/** What a clean-up came to. */
export interface Cleaned {
  /** One line each. */
  removed: string[];
  /** Runs that were left alone because they go on. */
  alive: LiveRun[];
}

interface Scope {
  labelSelector: string;
  alive: readonly LiveRun[];
  signal: AbortSignal;
}

/** Removes what runs left in a cluster because they were killed, and leaves alone those that go on. */
export async function cleanCluster({
  context,
  kubeconfig,
  namespace,
  run,
  evenIfAlive,
  signal,
}: CleanOptions): Promise<Cleaned> {
  const { text } = await readKubeconfig(context, kubeconfig);
  const client = await connect(text);
  const ofRuns = run === undefined ? runLabel : `${runLabel}=${run}`;
  try {
    const alive = evenIfAlive ? [] : await runsThatGoOn(client, { namespace, labelSelector: ofRuns, signal });
    const scope = { labelSelector: except(ofRuns, alive), alive, signal };
    const removed =
      namespace === undefined
        ? [...(await removeNamespaces(client, scope)), ...(await uncordonNodes(client, run, scope))]
        : await sweepNamespace(client, { namespace, ...scope });
    return { removed, alive };
  } finally {
    client.close();
  }
}

/**
 * Removes from a cluster of our own what killed runs left in it. What a run was to keep stays, and so does what belongs to runs
 * that go on. @returns one line for each.
 */
export async function removeDeadRuns(client: KubeClient, signal: AbortSignal): Promise<string[]> {
  const labelSelector = `${runLabel},!${keptLabel}`;
  const alive = await runsThatGoOn(client, { namespace: undefined, labelSelector: runLabel, signal });
  const scope = { labelSelector: except(labelSelector, alive), alive, signal };
  return [...(await removeNamespaces(client, scope)), ...(await uncordonNodes(client, undefined, scope))];
}

function except(labelSelector: string, alive: readonly LiveRun[]): string {
  if (alive.length === 0) return labelSelector;
  return `${labelSelector},${runLabel} notin (${alive.map(({ runId }) => runId).join(',')})`;
}

async function runsThatGoOn(
  client: KubeClient,
  where: { namespace: string | undefined; labelSelector: string; signal: AbortSignal },
): Promise<LiveRun[]> {
  const leases = await client.list(kinds.lease, where).catch((error: unknown) => {
    // Who was given an older role sees none, and cleans as if there were none.
    if (isForbidden(error)) return [];
    throw error;
  });
  return liveRuns(leases, { nowMs: Date.now(), host: hostname(), isRunning: processRuns });
}

/** Namespaces that runs made for themselves. */
async function removeNamespaces(client: KubeClient, { labelSelector, signal }: Scope): Promise<string[]> {
  const namespaces = await client.list(kinds.namespace, { labelSelector, signal });
  const names = namespaces.map(({ metadata }) => metadata?.name ?? '');
  await Promise.all(names.map((name) => removeNamespace(client, name, signal)));
  return names.map((name) => `namespace ${name} with all that was in it`);
}

/** Nodes that a run cordoned and could not give back. */
async function uncordonNodes(
  client: KubeClient,
  run: string | undefined,
  { alive, signal }: Scope,
): Promise<string[]> {
  const nodes = await client.list(kinds.node, { signal }).catch((error: unknown) => {
    if (isForbidden(error)) return [];
    throw error;
  });
  const inUse = new Set(alive.map(({ namespace }) => namespace));
  const left = nodes.filter(({ metadata }) => {
    const by = metadata?.annotations?.[cordonedAnnotation];
    return by !== undefined && !inUse.has(by) && (run === undefined || by.endsWith(run));
  });
  const patch = { spec: { unschedulable: null }, metadata: { annotations: { [cordonedAnnotation]: null } } };
  for (const { metadata } of left) await client.patch(kinds.node, metadata?.name ?? '', patch, { signal });
  return left.map(({ metadata }) => `the cordon of node ${metadata?.name}`);
}
