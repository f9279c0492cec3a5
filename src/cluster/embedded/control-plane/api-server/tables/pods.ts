import type { Pod } from '../../../objects.ts';
import type { Kind } from '../kinds/strategy.ts';
import { age, column, nameColumn, orNone } from './cells.ts';

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

/** What the containers' states come to. */
interface Summary {
  reason: string;
  ready: number;
  restarts: number;
  /** When a container last ended, of those that were started again. */
  lastRestart: string | undefined;
}

export const podTable: NonNullable<Kind<Pod>['table']> = {
  columns: [
    nameColumn,
    column('Ready'),
    column('Status'),
    column('Restarts'),
    column('Age'),
    column('IP', 'wide'),
    column('Node', 'wide'),
    column('Nominated Node', 'wide'),
    column('Readiness Gates', 'wide'),
  ],
  cells(pod, now) {
    const { metadata, spec, status } = pod;
    const { reason, ready, restarts, lastRestart } = summaryOf(pod);
    const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
    const total = (spec?.containers.length ?? 0) + sidecars.length;
    const since = restarts > 0 && lastRestart !== undefined ? ` (${age(lastRestart, now)} ago)` : '';
    return [
      metadata?.name ?? '',
      `${ready}/${total}`,
      reason,
      `${restarts}${since}`,
      age(metadata?.creationTimestamp, now),
      orNone(status?.podIPs?.[0]?.ip),
      orNone(spec?.nodeName),
      orNone(status?.nominatedNodeName),
      readinessGates(pod),
    ];
  },
};

function summaryOf(pod: Pod): Summary {
  const conditions = pod.status?.conditions ?? [];
  const holds = (type: string): boolean =>
    conditions.some((condition) => condition.type === type && condition.status === 'True');
  const isGated = conditions.some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );
  const reason = isGated ? 'SchedulingGated' : pod.status?.reason || pod.status?.phase || '';

  const { summary: init, initializing } = initSummary(pod, reason);
  const summary = initializing && !holds('Initialized') ? init.all : mainSummary(pod, init);
  if (summary.reason === 'Completed' && summary.hasRunning === true) {
    summary.reason = holds('Ready') ? 'Running' : 'NotReady';
  }
  return { ...summary, reason: whenDeleted(pod) ?? summary.reason };
}

/** What is shown of a pod that is being deleted. */
function whenDeleted({ metadata, status }: Pod): string | undefined {
  if (metadata?.deletionTimestamp === undefined) return undefined;
  if (status?.reason === 'NodeLost') return 'Unknown';
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return isOver ? undefined : 'Terminating';
}

interface InitSummary {
  /** Counting all init containers, while they run. */
  all: Summary & { hasRunning?: boolean };
  /** Counting those that keep running beside the others. */
  sidecars: Summary;
}

function initSummary(pod: Pod, reason: string): { summary: InitSummary; initializing: boolean } {
  const specs = pod.spec?.initContainers ?? [];
  const isSidecar = (name: string): boolean =>
    specs.some((spec) => spec.name === name && spec.restartPolicy === 'Always');
  const all: Summary = { reason, ready: 0, restarts: 0, lastRestart: undefined };
  const sidecars: Summary = { reason, ready: 0, restarts: 0, lastRestart: undefined };
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    countRestarts(all, status);
    if (isSidecar(status.name)) countRestarts(sidecars, status);
    const { terminated, waiting } = status.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (isSidecar(status.name) && status.started === true) {
      if (status.ready) all.ready += 1;
      continue;
    }
    if (terminated !== undefined) all.reason = `Init:${endOf(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') all.reason = `Init:${waiting.reason}`;
    else all.reason = `Init:${index}/${specs.length}`;
    sidecars.ready = all.ready;
    sidecars.reason = all.reason;
    return { summary: { all, sidecars }, initializing: true };
  }
  sidecars.ready = all.ready;
  return { summary: { all, sidecars }, initializing: false };
}

function mainSummary(pod: Pod, { sidecars }: InitSummary): Summary & { hasRunning: boolean } {
  const summary = { ...sidecars, hasRunning: false };
  // From the last container to the first, whose state is the one that is shown.
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    countRestarts(summary, status);
    const { waiting, terminated, running } = status.state ?? {};
    if (waiting?.reason) summary.reason = waiting.reason;
    else if (terminated !== undefined) summary.reason = endOf(terminated);
    else if (status.ready && running !== undefined) {
      summary.hasRunning = true;
      summary.ready += 1;
    }
  }
  return summary;
}

function countRestarts(summary: Summary, { restartCount, lastState }: ContainerStatus): void {
  summary.restarts += restartCount;
  const ended = lastState?.terminated?.finishedAt ?? undefined;
  if (ended === undefined) return;
  if (summary.lastRestart === undefined || Date.parse(ended) > Date.parse(summary.lastRestart)) {
    summary.lastRestart = ended;
  }
}

function endOf({ reason, signal, exitCode }: { reason?: string; signal?: number; exitCode: number }): string {
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

function readinessGates({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const open = gates.filter(({ conditionType }) =>
    status?.conditions?.some(({ type, status }) => type === conditionType && status === 'True'),
  );
  return `${open.length}/${gates.length}`;
}
