import type { Cluster, ClusterProvider, Image } from '../cluster/index.ts';
import { whyUnsupported } from '../faults/index.ts';
import { connect, preload, type KubeClient } from '../kubernetes/index.ts';
import { OpenbellError, exitCodes } from '../support/index.ts';
import type { Workload } from '../workload/index.ts';
import { removeDeadRuns } from './clean.ts';
import type { RunContext } from './context.ts';
import { requireOwnNamespace, requirePermissions } from './preflight.ts';

/** A connection to the API server that is lost for no longer does not end the run. */
const bridgedMs = 60_000;

/** A cluster that is there, and a connection to it. */
export interface Provisioned {
  cluster: Cluster;
  client: KubeClient;
  /** What pods are to call the workload's images, by the names that it gives them. */
  imageNames: Readonly<Record<string, string>>;
}

/** Boots the cluster, connects to it and gives it the workload's images. */
export async function provision(
  context: RunContext,
  provider: ClusterProvider,
  workload: Workload,
): Promise<Provisioned> {
  const { runId, scenario, keep, signal, lost, journal, observer, steps } = context;
  // The client's library loads while the cluster boots; what goes wrong there is said when it is used.
  preload().catch(() => {});
  const cluster = await provider.create(
    { ...scenario.cluster, name: `openbell-${runId}` },
    {
      keep,
      reuse: true,
      signal,
      onProgress: (message) => observer.onProgress?.(message),
    },
  );
  cluster.lost.addEventListener('abort', () => lost.abort(cluster.lost.reason), { once: true });
  // One that was there before is only let go.
  if (!keep || cluster.shared) steps.undoLater('the cluster', () => cluster.destroy());
  else context.kept = { name: cluster.name, kubeconfigPath: cluster.kubeconfigPath() };
  journal.record({
    type: 'cluster.ready',
    provider: provider.name,
    kubernetesVersion: cluster.facts.kubernetesVersion,
    timings: { ...cluster.facts.timings },
    notFollowed: cluster.facts.notFollowed,
    facts: cluster.facts.facts,
    dividesObjectSeconds: cluster.capabilities.dividesObjectSeconds,
  });
  refuseImpossibleFaults(context, cluster);

  const client = await connect(cluster.kubeconfig(), { forMs: bridgedMs, signal: lost.signal });
  steps.undoLater('the connection', () => Promise.resolve(client.close()));
  // In a cluster of our own nobody else looks after them; elsewhere that is `openbell clean`.
  if (cluster.shared && !cluster.capabilities.limitedRights) {
    for (const removed of await removeDeadRuns(client, signal))
      observer.onProgress?.(`removed ${removed}, left by a run that was killed`);
  }
  if (cluster.capabilities.limitedRights) await requirePermissions(context, client, workload);
  if (context.namespaceGiven) await requireOwnNamespace(client, context.namespace, signal);
  const load = async (image: Image): Promise<[string, string]> => {
    if (!cluster.capabilities.processImages) observer.onProgress?.(`providing the image ${image.name}`);
    return [image.name, await cluster.loadImage(image)];
  };
  const imageNames = Object.fromEntries(await Promise.all(workload.images.map(load)));
  return { cluster, client, imageNames };
}

/** What the provider cannot do is said before anything is deployed. */
function refuseImpossibleFaults({ scenario, journal }: RunContext, { capabilities }: Cluster): void {
  const reasons = scenario.faults.flatMap((spec) => {
    const reason = whyUnsupported(spec, capabilities);
    if (reason === null) return [];
    journal.record({ type: 'fault.failed', id: spec.id, fault: spec.type, reason });
    return [`${spec.id}: ${reason}`];
  });
  if (reasons.length === 0) return;
  throw new OpenbellError(
    `the scenario asks for faults that cannot be injected here:\n  ${reasons.join('\n  ')}`,
    {
      code: 'FAULT_UNSUPPORTED',
      exitCode: exitCodes.faultDidNotLand,
      hint: 'Remove them from the scenario, or run it on another provider.',
    },
  );
}
