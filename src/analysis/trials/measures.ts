import { observe, type Judged } from '../evaluate.ts';
import { metricNames, resolveMetric, type FaultName, type MetricUnit } from '../metrics.ts';

/** A figure that is taken of every trial. */
export interface Measure {
  /** A metric's name, as rules write it. */
  name: string;
  unit: MetricUnit;
  /** Which way is better for the people who use the service; null where neither is. */
  better: 'lower' | 'higher' | null;
  definition: string;
}

/** What a measure was in one trial. */
export interface MeasuredValue {
  value: number | null;
  /** Why there is no value. */
  problem: string | null;
}

const higherIsBetter = new Set(['availability', 'requests.ok', 'pods.min', 'nodes.min']);
const neitherIsBetter = new Set([
  'requests.scheduled',
  'pods.max',
  'hpa.scaleUps',
  'hpa.scaleDowns',
  'generator.saturatedSeconds',
]);

/** Every measure of a scenario with these faults; those of all faults together only where there are several. */
export function measuresFor(faults: readonly FaultName[]): Measure[] {
  const perType = Map.groupBy(faults, ({ type }) => type);
  return metricNames(faults)
    .filter((name) => {
      const [family, ...rest] = name.split('.');
      if (family !== 'faults') return true;
      if (rest.length === 1) return faults.length > 1;
      return perType.size > 1 && (perType.get(rest.slice(0, -1).join('.'))?.length ?? 0) > 1;
    })
    .flatMap((name) => findMeasure(name, faults) ?? []);
}

/**
 * The measure of that name. The measures of faults may be named alone: `outage` is the worst of all faults, `faults.outage`.
 * Undefined when there is none.
 */
export function findMeasure(name: string, faults: readonly FaultName[]): Measure | undefined {
  const full = name.includes('.') || resolveMetric(name, faults) ? name : `faults.${name}`;
  const resolved = resolveMetric(full, faults);
  if (resolved === undefined) return undefined;
  const { unit, definition } = resolved.metric;
  return { name: full, unit, better: betterOf(full), definition };
}

/** What every metric is in one run, by its name: also those that are not shown, because rules may name them. */
export function measureAll(findings: Judged, faults: readonly FaultName[]): Record<string, MeasuredValue> {
  return Object.fromEntries(metricNames(faults).map((name) => [name, measure(name, findings, faults)]));
}

function measure(name: string, findings: Judged, faults: readonly FaultName[]): MeasuredValue {
  const resolved = resolveMetric(name, faults);
  if (resolved === undefined) return { value: null, problem: `there is no metric ${name}` };
  const { value, problem } = observe({ name, fault: resolved.fault }, findings);
  return { value, problem: value === null ? problem : null };
}

function betterOf(name: string): Measure['better'] {
  if (neitherIsBetter.has(name)) return null;
  return higherIsBetter.has(name) ? 'higher' : 'lower';
}
