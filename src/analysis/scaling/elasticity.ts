import { countUntil, lastUntil } from '../search.ts';
import type { Calibration, Elasticity, ReplicaPoint } from '../findings.ts';
import type { Second } from '../record.ts';

/**
 * How well the pods in rotation followed the pods that the load needed (Herbst et al., SPEC RG). Demand is the smallest number of
 * pods whose capacity covers a second's offered load; supply are the pods in rotation.
 */
export function elasticityOf(
  { requestsPerSecond }: Calibration,
  seconds: readonly Second[],
  replicas: readonly ReplicaPoint[],
): Elasticity | null {
  const first = seconds[0];
  const last = seconds.at(-1);
  if (!first || !last || replicas.length === 0) return null;
  const demands = seconds.map(({ scheduled }) => demandOf(scheduled, requestsPerSecond));
  const sum = { lengthMs: 0, under: 0, over: 0, underMs: 0, overMs: 0, needed: 0, supplied: 0 };
  seconds.forEach(({ startT }, index) => {
    const demand = demands[index] ?? 1;
    for (const { fromMs, toMs, supply } of stretches(replicas, startT, startT + 1000)) {
      const length = toMs - fromMs;
      sum.lengthMs += length;
      sum.needed += demand * length;
      sum.supplied += supply * length;
      if (supply < demand) {
        sum.under += ((demand - supply) / demand) * length;
        sum.underMs += length;
      } else if (supply > demand) {
        sum.over += ((supply - demand) / demand) * length;
        sum.overMs += length;
      }
    }
  });
  const supplies = seconds.map(({ startT }) => supplyAt(replicas, startT + 500));
  const moves = directions(demands).map(
    (demand, index) => [demand, directions(supplies)[index] ?? 0] as const,
  );
  const lengthMs = sum.lengthMs;
  return {
    fromMs: first.startT,
    toMs: last.startT + 1000,
    underAccuracy: sum.under / lengthMs,
    overAccuracy: sum.over / lengthMs,
    underTimeshare: sum.underMs / lengthMs,
    overTimeshare: sum.overMs / lengthMs,
    instability:
      moves.length === 0 ? 0 : moves.filter(([demand, supply]) => demand !== supply).length / moves.length,
    jitterPerHour: ((changes(supplies) - changes(demands)) * 3_600_000) / lengthMs,
    demandPodSeconds: sum.needed / 1000,
    suppliedPodSeconds: sum.supplied / 1000,
    peakDemand: Math.max(...demands),
    demand: demands,
  };
}

/** The pods that a rate needs; one serves even without any load. */
function demandOf(ratePerSecond: number, capacity: number): number {
  return Math.max(1, Math.ceil(ratePerSecond / capacity - 1e-9));
}

/** Pods in rotation at an instant. */
function supplyAt(replicas: readonly ReplicaPoint[], t: number): number {
  return lastUntil(replicas, t, (point) => point.t)?.inRotation ?? 0;
}

function* stretches(
  replicas: readonly ReplicaPoint[],
  fromMs: number,
  toMs: number,
): Generator<{ fromMs: number; toMs: number; supply: number }> {
  const first = countUntil(replicas, fromMs, ({ t }) => t);
  const next = countUntil(replicas, toMs - 1e-6, ({ t }) => t);
  const turns = replicas.slice(first, next).map(({ t }) => t);
  const edges = [fromMs, ...turns, toMs];
  for (let index = 0; index + 1 < edges.length; index++) {
    const [from = fromMs, to = toMs] = [edges[index], edges[index + 1]];
    yield { fromMs: from, toMs: to, supply: supplyAt(replicas, from) };
  }
}

function directions(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => Math.sign(value - (values[index] ?? value)));
}

function changes(values: readonly number[]): number {
  return directions(values).filter((direction) => direction !== 0).length;
}
