import type { HpaObserved } from '../../journal/index.ts';
import type { RunRecord } from '../record.ts';
import { timingOf } from '../timers.ts';

/** A damaged journal may claim any period, and clocks that jump leave gaps in which nobody looked. */
const shortestPeriodMs = 100;
const mostUnseen = 5000;

/** One look of the autoscaler at its metrics. */
export interface Look {
  atMs: number;
  /** Its status changed, so it was seen; else it follows from the sync period: nothing changed. */
  seen: boolean;
  /** The autoscaler as its status stood after the look. */
  status: HpaObserved;
  /** The replicas that it found. */
  current: number;
}

/**
 * The looks of the autoscaler. It writes its status only where something changed: between two changes that lie several sync
 * periods apart it looked as often as periods fit, and found the same.
 */
export function looksOf(record: RunRecord): Look[] {
  const periodMs = Math.max(shortestPeriodMs, timingOf(record, 'hpaSyncPeriodMs') ?? 15_000);
  const looks: Look[] = [];
  for (const status of record.of('k8s.hpa')) {
    if (status.conditions.length === 0) continue;
    const before = looks.at(-1);
    if (before) looks.push(...unseenBetween(before, status.t, periodMs));
    // A change within a fraction of a period is the same look told twice, or a change of the spec.
    const again = before?.seen === true && status.t - before.atMs < periodMs / 2;
    const look: Look = {
      atMs: again ? before.atMs : status.t,
      seen: true,
      status,
      current: status.currentReplicas,
    };
    if (again) looks[looks.length - 1] = look;
    else looks.push(look);
  }
  return looks;
}

function unseenBetween(before: Look, untilMs: number, periodMs: number): Look[] {
  const count = Math.round((untilMs - before.atMs) / periodMs) - 1;
  if (count < 1 || count > mostUnseen) return [];
  const stepMs = (untilMs - before.atMs) / (count + 1);
  return Array.from({ length: count }, (_, index) => ({
    atMs: before.atMs + (index + 1) * stepMs,
    seen: false,
    status: before.status,
    // After a change it finds what it asked for.
    current: before.status.desiredReplicas,
  }));
}
