import type { Journal, JournalEvent, Unstamped } from '../../journal/index.ts';
import {
  kinds,
  type Change,
  type Deployment,
  type EndpointSlice,
  type Event,
  type HorizontalPodAutoscaler,
  type KubeClient,
  type KubeObject,
  type Kind,
  type Node,
  type Pod,
  type Watching,
} from '../../kubernetes/index.ts';
import { messageOf, monotonicMs, systemClock } from '../../support/index.ts';
import {
  clusterEvent,
  deploymentObserved,
  endpointsObserved,
  hpaObserved,
  metricsObserved,
  nodeObserved,
  podObserved,
} from './events.ts';
import { feelPulse } from './pulse.ts';

/** What is observed and where it goes. */
export interface ObserveOptions {
  client: KubeClient;
  journal: Journal;
  namespace: string;
  workload: { service: string; podSelector: string };
  metricsEveryMs: number;
  /** Nodes, and what is said about them, may be seen. */
  nodesVisible: boolean;
  signal: AbortSignal;
}

/** The cluster as it is now, kept current by watches. */
export interface Observation {
  pods: Watching<Pod>;
  nodes: Watching<Node>;
  deployments: Watching<Deployment>;
  autoscalers: Watching<HorizontalPodAutoscaler>;
  events: Watching<Event>;
  /** Resolves when every watch has had its first listing. */
  readonly synced: Promise<unknown>;
  /** Resolves when everything has ended after the signal aborted. */
  readonly done: Promise<unknown>;
}

/** Journals what happens to the run's objects and to the nodes, until the signal aborts. */
export function observe(options: ObserveOptions): Observation {
  const { client, journal, namespace, workload, signal } = options;
  const record = recordChanges(journal);
  const fromWall = (wallMs: number): number => journal.fromWall(wallMs);

  function watch<T extends KubeObject>(
    kind: Kind<T>,
    where: { namespace?: string; labelSelector?: string },
    show: (change: Change, object: T) => void,
    called?: string,
  ): Watching<T> {
    return client.watch(kind, {
      ...where,
      signal,
      onChange: show,
      onGap: ({ what: plural, from, to, missed }) => {
        const what = called ?? plural;
        const fromT = from - journal.originMs;
        const toT = to - journal.originMs;
        journal.record({ type: 'gap', what: missed ? `${what} (changes missed)` : what, fromT, toT });
      },
    });
  }

  const seenEvents = new Map<string, number>();
  function showEvent(change: Change, event: Event): void {
    // Events are deleted by age; what was said stays said. One that happened before the run is not of it.
    const last = event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
    if (change === 'deleted' || Date.parse(last ?? '') + 1_000 < journal.originWall) return;
    const observed = clusterEvent(event);
    const uid = event.metadata.uid ?? '';
    if (seenEvents.get(uid) === observed.count) return;
    seenEvents.set(uid, observed.count);
    journal.record(observed);
  }

  const pods = watch(kinds.pod, { namespace, labelSelector: workload.podSelector }, (change, pod) =>
    record(pod, change, podObserved(change, pod, fromWall)),
  );
  const nodes = options.nodesVisible
    ? watch(kinds.node, {}, (change, node) => record(node, change, nodeObserved(change, node)))
    : nothingToSee<Node>();
  const deployments = watch(kinds.deployment, { namespace }, (change, deployment) =>
    record(deployment, change, deploymentObserved(deployment)),
  );
  const autoscalers = watch(kinds.horizontalPodAutoscaler, { namespace }, (change, hpa) =>
    record(hpa, change, hpaObserved(hpa)),
  );
  const events = watch(kinds.event, { namespace }, showEvent);
  // Nodes belong to no namespace; what is said about them goes to this one.
  const nodeEvents = options.nodesVisible
    ? watch(
        kinds.event,
        { namespace: 'default' },
        (change, event) => {
          if (event.involvedObject.kind === 'Node') showEvent(change, event);
        },
        'events about nodes',
      )
    : nothingToSee<Event>();
  const labelSelector = `kubernetes.io/service-name=${workload.service}`;
  const current = new Map<string, EndpointSlice>();
  const slices = watch(kinds.endpointSlice, { namespace, labelSelector }, (change, slice) => {
    const name = slice.metadata?.name ?? '';
    if (change === 'deleted') current.delete(name);
    else current.set(name, slice);
    record(
      { metadata: { uid: 'endpoints' } },
      change,
      endpointsObserved(workload.service, [...current.values()]),
    );
  });
  const watchings = [pods, nodes, deployments, autoscalers, events, slices];
  // Who may see nodes may still not see that namespace; the nodes' own conditions say most of it.
  const nodeEventsSynced = nodeEvents.synced.catch(() => {});

  return {
    pods,
    nodes,
    deployments,
    autoscalers,
    events,
    synced: Promise.all([...watchings.map(({ synced }) => synced), nodeEventsSynced]),
    done: Promise.all([
      ...watchings.map(({ done }) => done),
      nodeEvents.done,
      pollMetrics(options),
      feelPulse(options),
    ]),
  };
}

/** In the place of a watch that is not allowed. */
function nothingToSee<T extends KubeObject>(): Watching<T> {
  const now = Promise.resolve();
  return { synced: now, done: now, objects: () => [], subscribe: () => () => {} };
}

/** Leaves out changes that change nothing a report shows, such as a node's heartbeats. */
function recordChanges(
  journal: Journal,
): (object: KubeObject, change: Change, event: Unstamped<JournalEvent>) => void {
  const shown = new Map<string, string>();
  return ({ metadata }, change, event) => {
    const id = `${event.type} ${metadata?.uid}`;
    const text = JSON.stringify({ ...event, change: null });
    if (change === 'modified' && shown.get(id) === text) return;
    shown.set(id, text);
    journal.record(event);
  };
}

/** Asks for the pods' usage again and again; a publication that was recorded is not recorded again. */
async function pollMetrics(options: ObserveOptions): Promise<void> {
  const { client, journal, namespace, workload, metricsEveryMs, signal } = options;
  let published = '';
  let failingSince: number | null = null;
  // Looks that fell into a time in which the server was away are not made up for.
  const after = (last: number): number => Math.max(last + metricsEveryMs, monotonicMs());
  for (let next = monotonicMs() + metricsEveryMs; ; next = after(next)) {
    await systemClock.sleep(Math.max(0, next - monotonicMs()), signal).catch(() => {});
    if (signal.aborted) return;
    try {
      const where = { namespace, labelSelector: workload.podSelector, signal };
      const metrics = await client.list(kinds.podMetrics, where);
      const version = metrics
        .map(({ metadata, timestamp, window }) => `${metadata?.name} ${timestamp} ${window}`)
        .join();
      // That nothing is published any more is told too: from then on the autoscaler is blind.
      if (version !== published)
        journal.record(metricsObserved(metrics, (wallMs) => journal.fromWall(wallMs)));
      published = version;
      if (failingSince !== null) {
        journal.record({ type: 'gap', what: 'pod metrics', fromT: failingSince, toT: journal.now() });
        failingSince = null;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (failingSince === null) {
        const message = `The pods' CPU usage could not be read: ${messageOf(error)}`;
        journal.record({ type: 'note', level: 'warning', message });
      }
      failingSince ??= journal.now();
    }
  }
}
