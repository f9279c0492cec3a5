/** What one metric of the autoscaler came to at one look, and which of several it went by. Pure. */
import {
  MetricUnavailable,
  replicasForAverageValue,
  replicasForUtilization,
  type PodSample,
  type ReplicaRules,
  type ScaledPod,
} from '../../autoscaler/index.ts';
import type { HpaAim, HpaObserved } from '../../journal/index.ts';
import type { AutoscalerReading } from '../findings.ts';
import type { Pods } from '../pods.ts';
import { podsAt, type PublishedSamples } from './measured.ts';
import { setAsideInWords } from './sentences.ts';

/**
 * The metrics that an autoscaler goes by, where the journal has of all of them what it takes to recompute them: those are the CPU and
 * the memory of whole pods. Null else.
 */
export function aimsOf({
  readings = [],
  metrics = 1,
  targetUtilization,
  currentUtilization,
  targetCpuMilli,
  averageCpuMilli = null,
}: HpaObserved): HpaAim[] | null {
  const aims = readings.flatMap(({ aim }) => aim ?? []);
  if (aims.length > 0 && aims.length === metrics) return aims;
  if (metrics > 1) return null;
  if (targetUtilization !== null)
    return [{ resource: 'cpu', unit: 'percent', target: targetUtilization, shown: currentUtilization }];
  if (typeof targetCpuMilli !== 'number') return null;
  return [{ resource: 'cpu', unit: 'milli', target: targetCpuMilli, shown: averageCpuMilli }];
}

/** The pods, what was published of them, and the rules, at the instant of a look. */
export interface Measurements {
  pods: Pods;
  samples: PublishedSamples;
  rules: Omit<ReplicaRules, 'resource'>;
  /** The look's status was seen. */
  seen: boolean;
}

/** The metric that decides, as its pods were measured, and the others. */
export interface Readings {
  leading: AutoscalerReading;
  others: AutoscalerReading[];
}

/**
 * Reads every metric. The one that asks for most leads; but one that cannot be read forbids to shrink, and then nothing is decided.
 */
export function readAll(aims: readonly HpaAim[], measurements: Measurements): Readings {
  const all = aims.map((aim) => bestReading(aim, measurements));
  const wish = ({ proposed }: AutoscalerReading): number => proposed ?? -1;
  const highest = all.toSorted((a, b) => wish(b) - wish(a))[0] as AutoscalerReading;
  const blind = all.find(({ proposed }) => proposed === null);
  const leading = blind !== undefined && wish(highest) < measurements.rules.currentReplicas ? blind : highest;
  return { leading, others: all.filter((one) => one !== leading) };
}

/**
 * Of the samples that may have been published by then, those that give what the status shows. Where none do, the autoscaler read
 * what the harness was not shown: then the look goes by the status.
 */
function bestReading(aim: HpaAim, { pods, samples, rules, seen }: Measurements): AutoscalerReading {
  const scaled = podsAt(pods, rules.nowMs, aim.resource);
  const names = scaled.map(({ name }) => name);
  let first: AutoscalerReading | null = null;
  for (const readable of samples.readableAt(names, rules.nowMs, aim.resource)) {
    const reading = readingOf(scaled, readable, { aim, rules });
    if (reading.utilization === inUnit(aim, aim.shown)) return compared(reading, seen);
    first ??= reading;
  }
  const found = first ?? nothing(aim, null);
  return compared(
    seen && aim.target > 0 && aim.shown !== null ? byStatus(scaled, found, { aim, rules }) : found,
    seen,
  );
}

function compared(reading: AutoscalerReading, seen: boolean): AutoscalerReading {
  const { utilization, shownUtilization } = reading;
  const neither = utilization === null && shownUtilization === null;
  return { ...reading, utilizationAgrees: seen && !neither ? utilization === shownUtilization : null };
}

interface Rule {
  aim: HpaAim;
  rules: Omit<ReplicaRules, 'resource'>;
}

function readingOf(
  scaled: ScaledPod[],
  readable: Map<string, PodSample>,
  { aim, rules }: Rule,
): AutoscalerReading {
  if (!(aim.target > 0)) return nothing(aim, 'the autoscaler has no target');
  const replicasFor = aim.unit === 'percent' ? replicasForUtilization : replicasForAverageValue;
  try {
    const { replicas, ratio, setAside, utilizationPercent, averageMilli } = replicasFor(
      scaled,
      readable,
      aim.target,
      { ...rules, resource: aim.resource },
    );
    return {
      ...nothing(aim, null),
      utilization: inUnit(aim, aim.unit === 'percent' ? utilizationPercent : averageMilli),
      ratio,
      proposed: replicas,
      counted: setAside.readyCount,
      setAside: setAsideInWords(setAside, scaled, aim.resource),
    };
  } catch (error) {
    if (!(error instanceof MetricUnavailable)) throw error;
    return nothing(aim, error.message);
  }
}

/** The rule on what the status shows; which pods had a figure is not known, so those count that were Ready. */
function byStatus(
  scaled: readonly ScaledPod[],
  { utilization }: AutoscalerReading,
  { aim, rules }: Rule,
): AutoscalerReading {
  const ratio = (aim.shown ?? 0) / aim.target;
  const counted = scaled.filter(({ deleting, ready }) => !deleting && ready === true).length;
  const { up, down } = rules.tolerances;
  const stays = ratio >= 1 - down && ratio <= 1 + up;
  const proposed = stays ? rules.currentReplicas : Math.ceil(ratio * counted);
  return { ...nothing(aim, null), basis: 'status', utilization, ratio, proposed, counted };
}

function nothing(aim: HpaAim, error: string | null): AutoscalerReading {
  return {
    metric: aim.resource,
    unit: unitOf(aim),
    target: inUnit(aim, aim.target) ?? 0,
    utilization: null,
    shownUtilization: inUnit(aim, aim.shown),
    basis: 'metrics',
    ratio: null,
    counted: 0,
    setAside: [],
    proposed: null,
    error,
    utilizationAgrees: null,
  };
}

function unitOf({ unit, resource }: HpaAim): AutoscalerReading['unit'] {
  if (unit === 'percent') return 'percent';
  return resource === 'cpu' ? 'millicores' : 'bytes';
}

function inUnit(aim: HpaAim, value: number | null): number | null {
  return value !== null && unitOf(aim) === 'bytes' ? value / 1000 : value;
}
