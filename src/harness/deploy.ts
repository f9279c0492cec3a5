import type { Timings } from '../cluster/index.ts';
import { isReady, kinds, type KubeClient, type Service } from '../kubernetes/index.ts';
import { raceAbort, until } from '../support/index.ts';
import type { TrafficPlan } from '../traffic/index.ts';
import type { Workload } from '../workload/index.ts';
import type { RunContext } from './context.ts';
import { fittedObjects } from './fitted-objects.ts';
import { startHeartbeat } from './heartbeat.ts';
import { provideNamespace, removeDeployed, requireNamesFree } from './namespace.ts';
import { observe, type Observation } from './observe/observe.ts';
import type { Provisioned } from './provision.ts';

/** The system under test, as it was deployed. */
export interface Deployed {
  observation: Observation;
  /** Where the traffic goes: the Service's entry point, or what the scenario names. */
  target: URL;
  /** The cluster's timings in force. */
  timings: Timings;
}

/** Makes the run's namespace, watches it, and creates the workload in it. */
export async function deploy(
  context: RunContext,
  provisioned: Provisioned,
  workload: Workload,
): Promise<Deployed> {
  const { client, cluster } = provisioned;
  const { namespace, scenario, keep, shared, journal, signal, hardSignal, steps } = context;
  if (shared) await everyNodeReady(client, signal);
  const objects = fittedObjects(context, provisioned, workload);
  await requireNamesFree(context, client, objects);
  if ((shared || cluster.shared) && !keep) {
    steps.undoLater('what was deployed', () => removeDeployed(context, client, hardSignal));
  }
  await provideNamespace(context, client);
  if (cluster.shared) await startHeartbeat(context, client);
  const ended = new AbortController();
  const observation = observe({
    client,
    journal,
    namespace,
    workload,
    nodesVisible: cluster.capabilities.nodesVisible,
    // Often enough to know which figures the autoscaler could see at each of its looks.
    metricsEveryMs: Math.min(1_000, Math.max(250, cluster.facts.timings.metricsResolutionMs / 3)),
    signal: ended.signal,
  });
  steps.undoLater('the watches', async () => {
    ended.abort();
    await observation.done;
  });
  // What happens from here on is seen: nothing is created before every watch has begun.
  await raceAbort(observation.synced, signal);

  let service: Service | null = null;
  for (const object of objects) {
    const applied = await client.apply(object, { namespace, signal });
    if (object.kind === 'Service' && object.metadata?.name === workload.service) service = applied;
  }
  if (service === null) throw new Error(`the workload has no Service ${workload.service}`);
  // Last: an Ingress among the objects may be the way in.
  const { url, caution } = await cluster.entryPoint({ service, port: workload.servicePort });
  // Traffic from inside goes another way.
  if (caution !== undefined && scenario.trafficPods === undefined) {
    journal.record({ type: 'note', level: 'warning', message: caution });
  }
  return {
    observation,
    target: scenario.target ?? withScheme(url, scenario.traffic),
    timings: cluster.facts.timings,
  };
}

function withScheme(target: URL, { tls }: TrafficPlan): URL {
  return tls === undefined ? target : new URL(target.href.replace(/^http:/, 'https:'));
}

/** What an earlier run did to a shared cluster's nodes is over before this one begins. */
async function everyNodeReady(client: KubeClient, signal: AbortSignal): Promise<void> {
  await until(async () => (await client.list(kinds.node, { signal })).every((node) => isReady(node)), {
    what: 'every node of the shared cluster to be Ready',
    deadlineMs: 60_000,
    signal,
  });
}
