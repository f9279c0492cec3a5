import type { ReplicaProposal, ScaledPod } from '../../autoscaler/index.ts';
import type { HpaReading } from '../../journal/index.ts';
import { formatBytes, formatCount, formatInstant, formatPlural } from '../../support/index.ts';
import type { AutoscalerFindings, AutoscalerReading, AutoscalerSync, Statement } from '../findings.ts';

/** The pods that did not count, and why. */
export function setAsideInWords(
  { unready, missing, ignored }: ReplicaProposal['setAside'],
  pods: readonly ScaledPod[],
  resource: 'cpu' | 'memory',
): AutoscalerReading['setAside'] {
  const byName = new Map(pods.map((pod) => [pod.name, pod]));
  return [
    ...unready.map((pod) => ({ pod, why: unreadyBecause(byName.get(pod)) })),
    ...missing.map((pod) => ({ pod, why: `no ${nounOf(resource)} figure was published` })),
    ...ignored.map((pod) => ({ pod, why: byName.get(pod)?.deleting === true ? 'being deleted' : 'failed' })),
  ];
}

function unreadyBecause(pod: ScaledPod | undefined): string {
  if (pod === undefined || pod.phase === 'Pending' || pod.startedAtMs === null) return 'not running yet';
  return pod.ready === true ? 'its CPU figure reaches back into its start' : 'not Ready';
}

/** What the status shows of each metric. */
export function readingsInWords(readings: readonly HpaReading[] | undefined): string | null {
  if (readings === undefined) return null;
  return readings
    .map(({ metric, current, target }) => `${metric} ${current ?? 'unknown'} (target ${target})`)
    .join(', ');
}

/** One look in a sentence. */
export function syncInWords(sync: Omit<AutoscalerSync, 'why'>): string {
  const { current, target, utilization, ratio, tolerance, proposed, stabilized, desired, conditions, error } =
    sync;
  if (sync.basis === 'none') return notComputedInWords(sync);
  const used = sync.basis === 'status' ? sync.shownUtilization : utilization;
  if (proposed === null || used === null || ratio === null)
    return `No decision: ${error ?? 'nothing was measured'}.`;
  const source =
    sync.basis === 'status'
      ? 'by its status, because the metrics that it read are not among those recorded: '
      : '';
  const measured = `${source}${figureInWords(sync, used, target)}: ratio ${ratio.toFixed(2)}`;
  if (proposed === current) {
    const within = Math.abs(ratio - 1) <= tolerance;
    const why = within
      ? `within the tolerance of ${tolerance}`
      : 'but no other number of pods follows once pods set aside are counted';
    if (desired === current)
      return `${measured}, ${why}: ${formatPlural(current, 'pod')} stay.${othersInWords(sync)}`;
  }
  const asks = `${measured} asks for ${formatCount(proposed)}`;
  const [able, limited] = conditions;
  const held =
    stabilized === null || stabilized === proposed
      ? ''
      : `; ${able === 'ScaleDownStabilized' ? 'held up by a higher wish in the stabilization window' : 'held down by a lower wish in the stabilization window'}: ${formatCount(stabilized)}`;
  const cut =
    desired === null || desired === stabilized ? '' : `; ${limitInWords(limited)}: ${formatCount(desired)}`;
  return `${asks}${held}${cut}${desired === current ? `, so ${formatPlural(current, 'pod')} stay` : ''}.${othersInWords(sync)}`;
}

/** `120 % of what the pods request, target 60 %`; the metric is named where it is one of several, or not the usual one. */
function figureInWords(
  { unit, metric, others = [] }: Pick<AutoscalerReading, 'unit' | 'metric'> & { others?: readonly unknown[] },
  used: number,
  target: number,
): string {
  const named = metric !== 'cpu' || others.length > 0;
  switch (unit) {
    case 'percent':
      return `${formatCount(used)} % of ${named ? `the ${nounOf(metric)} that` : 'what'} the pods request, target ${formatCount(target)} %`;
    case 'millicores':
      return `${formatCount(used)}m of CPU per pod, target ${formatCount(target)}m`;
    case 'bytes':
      return `${formatBytes(used)} of memory per pod, target ${formatBytes(target)}`;
    default:
      return unit satisfies never;
  }
}

function othersInWords({ others }: Pick<AutoscalerSync, 'others'>): string {
  const said = others.map((other) => {
    const used = other.basis === 'status' ? other.shownUtilization : other.utilization;
    return other.proposed === null || used === null
      ? `${nounOf(other.metric)} asks for nothing (${other.error ?? 'nothing was measured'})`
      : `${nounOf(other.metric)} asks for ${formatCount(other.proposed)} (${figureInWords({ ...other, others: [other] }, used, other.target)})`;
  });
  return said.length === 0
    ? ''
    : ` The other ${said.length === 1 ? 'metric' : 'metrics'}: ${said.join(', ')}.`;
}

function nounOf(metric: string): string {
  return metric === 'cpu' ? 'CPU' : metric;
}

function notComputedInWords({
  current,
  result,
  error,
  shownMetrics,
}: Pick<AutoscalerSync, 'current' | 'result' | 'error' | 'shownMetrics'>): string {
  const outcome =
    current === result
      ? `${formatPlural(current, 'pod')} stay`
      : `${formatCount(current)} → ${formatPlural(result, 'pod')}`;
  return `Not recomputed, because ${error ?? 'too little was recorded'}. By its status: ${shownMetrics ?? 'nothing'}; ${outcome}.`;
}

function limitInWords(reason: string | undefined): string {
  switch (reason) {
    case 'ScaleUpLimit':
      return 'more than the scale-up policy allows at once';
    case 'ScaleDownLimit':
      return 'more than the scale-down policy allows at once';
    case 'TooManyReplicas':
      return 'above the maximum';
    case 'TooFewReplicas':
      return 'below the minimum';
    default:
      return 'limited';
  }
}

/** How far the recomputation agrees with the controller, and why each change came about. */
export function autoscalerInWords(
  syncs: readonly AutoscalerSync[],
  agreement: NonNullable<AutoscalerFindings['agreement']>,
): Statement[] {
  const first = syncs[0];
  const last = syncs.at(-1);
  if (!first || !last) return [];
  const { looks, seen, utilization, decision, rescales } = agreement;
  const inferred = looks - seen;
  const looked = `The autoscaler looked at its metrics ${formatCount(looks)} times (${formatCount(seen)} seen by a change of its status${inferred === 0 ? '' : `, ${formatCount(inferred)} follow from its period`}).`;
  const byStatus =
    agreement.fromStatus === 0
      ? ''
      : ` ${formatPlural(agreement.fromStatus, 'look')} ${agreement.fromStatus === 1 ? 'goes' : 'go'} by the figure in the status, because the metrics read then are not among those recorded.`;
  const computed =
    `Recomputed from the published metrics, the utilization is the one it showed in ${share(utilization)} looks, and the decision the one it took in ${share(decision)}` +
    `${rescales.told === 0 ? '' : `; ${share({ compared: rescales.told, same: rescales.explained })} of its rescale events are explained`}.${byStatus}`;
  const text =
    agreement.notComputed === looks
      ? `${looked} Nothing is recomputed: ${first.error ?? 'too little was recorded'}. The rows show what its status told.`
      : `${looked} ${computed}`;
  const changes = syncs
    .filter(
      ({ result, current, decisionAgrees, basis }) =>
        result !== current && (decisionAgrees === true || basis === 'none'),
    )
    .map(({ atMs, current, result, why }): Statement => ({
      text: `${formatInstant(atMs)}, ${formatCount(current)} → ${formatCount(result)} pods: ${why}`,
      definition: 'hpa-sync',
      fromMs: atMs,
      toMs: atMs,
    }));
  return [{ text, definition: 'hpa-sync', fromMs: first.atMs, toMs: last.atMs }, ...changes];
}

function share({ compared, same }: { compared: number; same: number }): string {
  return compared === same
    ? `all ${formatCount(compared)}`
    : `${formatCount(same)} of ${formatCount(compared)}`;
}
