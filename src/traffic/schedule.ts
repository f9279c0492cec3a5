import { lastWhere } from './curve.ts';
import { curveOf } from './shapes.ts';
import type { TrafficPlan } from './plan.ts';

/**
 * The arrivals of a plan: how many, and when each is due. Arrival `i` is due when the integral of the rate passes
 * i + ½, so that each request stands in the middle of its share of the load: a constant 200/s sends at 2.5, 7.5,
 * 12.5 ms …, a ramp from 0 sends nothing at once, and every whole second holds the load's integral, rounded.
 */
export interface Schedule {
  readonly durationMs: number;
  readonly total: number;
  /** Arrivals due before `ms`. */
  countBy(ms: number): number;
  /** When arrival `index` (from 0) is due, ms from the schedule's start. */
  dueMs(index: number): number;
  /** Scheduled arrivals per second at that instant; 0 outside the schedule. */
  rateAt(ms: number): number;
}

/** How long the plan's traffic lasts. */
export function totalDurationMs(plan: Pick<TrafficPlan, 'phases'>): number {
  return plan.phases.reduce((sum, phase) => sum + usableDuration(phase.durationMs), 0);
}

/** When each phase starts, ms from the start of traffic. */
export function phaseStarts(plan: Pick<TrafficPlan, 'phases'>): number[] {
  let startMs = 0;
  return plan.phases.map(({ durationMs }) => {
    const at = startMs;
    startMs += usableDuration(durationMs);
    return at;
  });
}

/** Scheduled arrivals in each whole second of traffic, exactly; the last second may be cut short. */
export function offeredPerSecond(plan: Pick<TrafficPlan, 'phases'>): number[] {
  return arrivalsPerSecond(scheduleOf(plan));
}

/** As {@link offeredPerSecond}, of a schedule. */
export function arrivalsPerSecond(schedule: Schedule): number[] {
  return Array.from(
    { length: Math.ceil(schedule.durationMs / 1000) },
    (_, second) => schedule.countBy((second + 1) * 1000) - schedule.countBy(second * 1000),
  );
}

/** Which part of a schedule a worker plays: number `worker` (from 0) of `of`. */
export interface Share {
  worker: number;
  of: number;
}

/** Every `of`-th arrival from number `worker` on. The shares of all workers are the whole, each arrival once. */
export function shareOf(schedule: Schedule, { worker, of }: Share): Schedule {
  if (of === 1) return schedule;
  const mine = (arrivals: number): number => Math.max(0, Math.ceil((arrivals - worker) / of));
  return {
    durationMs: schedule.durationMs,
    total: mine(schedule.total),
    countBy: (ms) => mine(schedule.countBy(ms)),
    dueMs: (index) => schedule.dueMs(worker + index * of),
    rateAt: (ms) => schedule.rateAt(ms) / of,
  };
}

/** The schedule of a plan's phases, one after the other. */
export function scheduleOf(plan: Pick<TrafficPlan, 'phases'>): Schedule {
  const starts = phaseStarts(plan);
  const durationMs = totalDurationMs(plan);
  const curves = plan.phases.map(({ rate, durationMs }) => curveOf(rate, usableDuration(durationMs)));
  const before = [0];
  plan.phases.forEach((phase, i) => {
    before.push((before[i] ?? 0) + (curves[i]?.arrivalsBy(usableDuration(phase.durationMs)) ?? 0));
  });
  const phaseAt = (ms: number): number => lastWhere(starts.length, (i) => (starts[i] ?? 0) <= ms);
  const arrivalsBy = (ms: number): number => {
    const phase = phaseAt(ms);
    return (before[phase] ?? 0) + (curves[phase]?.arrivalsBy(ms - (starts[phase] ?? 0)) ?? 0);
  };
  const countBy = (ms: number): number => Math.floor(arrivalsBy(Math.min(ms, durationMs)) + half);

  return {
    durationMs,
    total: countBy(durationMs),
    countBy,
    dueMs(index) {
      const arrivals = index + 1 - half;
      const phase = lastWhere(starts.length, (i) => (before[i] ?? 0) < arrivals);
      return (starts[phase] ?? 0) + (curves[phase]?.timeOf(arrivals - (before[phase] ?? 0)) ?? 0);
    },
    rateAt(ms) {
      if (ms < 0 || ms >= durationMs) return 0;
      const phase = phaseAt(ms);
      return curves[phase]?.rateAt(ms - (starts[phase] ?? 0)) ?? 0;
    },
  };
}

/** A half with a guard against the last digit of the sums: what is whole must not round down. */
const half = 0.5 + 1e-9;

function usableDuration(ms: number): number {
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}
