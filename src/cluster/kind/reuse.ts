/** A kept cluster that serves another run: which one does, and how it is made as it was when it booted. */
import { readFileSync } from 'node:fs';
import { connect, kinds, type KubeClient } from '../../kubernetes/index.ts';
import { until } from '../../support/index.ts';
import { kubeconfigOf, nodesReady, type BootOptions } from './boot.ts';
import { nameWorkers, type ClusterPlan } from './config.ts';
import { makeWhole } from './nodes.ts';
import { isAlive, updateRecord, type ClusterRecord } from './record.ts';
import { hasJoined, setAside } from './spares.ts';
import type { KindTools } from './tools.ts';

/** Whether nobody uses a cluster that stays. */
export function isFree({ kept, state, usedBy }: ClusterRecord): boolean {
  return kept && state === 'ready' && !isAlive(usedBy);
}

/** Whether a cluster is like the planned one. Spares may be left over: they stay aside. */
export function isLike(
  { fingerprint, spareFingerprints = [] }: ClusterRecord,
  plan: Pick<ClusterPlan, 'fingerprint' | 'spareFingerprints'>,
): boolean {
  return (
    fingerprint === plan.fingerprint &&
    plan.spareFingerprints.every((spare, index) => spare === spareFingerprints[index])
  );
}

/**
 * Takes a free cluster that is like the planned one: marks it as in use, undoes what a run that was killed left in its nodes, and
 * gives it the spec's names and labels. Resolves when every node is Ready. @returns its record as it is now.
 */
export async function takeOver(
  record: ClusterRecord,
  { tools, spec, signal, onProgress }: BootOptions,
): Promise<ClusterRecord> {
  const { kindName } = record;
  onProgress(`using the cluster ${record.name}, which runs already with the same timings`);
  const told = retold(record, spec);
  updateRecord(record, { usedBy: process.pid });
  for (const container of record.containers) await switchOn(tools, container);
  const client = await connect(readFileSync(kubeconfigOf(kindName), 'utf8'));
  try {
    // An API server that was stopped, or whose machine was, takes its time.
    await until(() => client.version(), { what: 'the API server to answer', deadlineMs: 90_000, signal });
    const spares = Object.keys(told.spares);
    const known = (await client.list(kinds.node, { signal })).map(({ metadata }) => metadata?.name);
    for (const spare of spares) {
      if (known.includes(spare) || (await hasJoined(tools, spare))) await setAside(tools, client, spare);
    }
    await nodesReady(client, record.containers.length - spares.length, { signal, onProgress });
    await relabel(client, { from: record.labels ?? {}, to: told.labels, signal });
  } finally {
    client.close();
  }
  // Only now: until then the nodes may carry the old labels.
  return updateRecord(record, told);
}

/** What a spec calls a cluster's nodes, and their labels. Spares that it does not ask for keep theirs. */
function retold(
  record: ClusterRecord,
  spec: BootOptions['spec'],
): Required<Pick<ClusterRecord, 'nodeNames' | 'labels' | 'spares'>> {
  const { nodeNames, labels, spares } = nameWorkers(spec, record.kindName);
  return { nodeNames, labels, spares: { ...record.spares, ...spares } };
}

async function switchOn(tools: KindTools, container: string): Promise<void> {
  const asked = ['inspect', '--format', '{{.State.Running}} {{.State.Paused}}', container];
  const state = (await tools.docker(asked)).trim();
  // To docker a paused container runs, to podman it does not.
  if (state.endsWith('true')) await tools.docker(['unpause', container]);
  else if (state.startsWith('false')) await tools.docker(['start', container]);
  await makeWhole(tools, container);
}

type Labels = NonNullable<ClusterRecord['labels']>;

async function relabel(
  client: KubeClient,
  { from, to, signal }: { from: Labels; to: Labels; signal: AbortSignal },
): Promise<void> {
  for (const [node, labels] of Object.entries(to)) {
    const gone = Object.keys(from[node] ?? {}).map((name) => [name, null]);
    const patch = { metadata: { labels: { ...Object.fromEntries(gone), ...labels } } };
    await client.patch(kinds.node, node, patch, { signal });
  }
}
