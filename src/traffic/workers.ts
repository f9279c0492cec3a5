import { formatCount, formatPlural } from '../support/index.ts';
import { scheduleOf } from './schedule.ts';
import type { TrafficPlan } from './plan.ts';

/** How many threads play a plan, and why, as a sentence for people. */
export interface Workers {
  count: number;
  reason: string;
}

/**
 * Arrivals per second that one thread sends on time with room to spare: it takes about a third of a core for them
 * (`docs/traffic-cost.md`, rates). There, on two cores, a second thread made 30,000/s worse, not better: it took the
 * target's core.
 */
export const arrivalsPerThread = 20_000;

/**
 * One thread as long as it can keep the plan's highest rate: a second one costs a core, which on a small machine is the
 * target's. Further ones as the rate asks for them, but a core is always left for what is measured.
 */
export function chooseWorkers(plan: TrafficPlan, cores: number): Workers {
  if (plan.session !== undefined || plan.phases.some(({ rate }) => rate.kind === 'users')) {
    return { count: 1, reason: 'sessions and users are kept on one thread' };
  }
  const peak = peakRate(plan);
  const one = `one thread keeps ${formatCount(arrivalsPerThread)}/s`;
  const most = `at most ${formatCount(peak)}/s are asked for`;
  const asked = Math.ceil(peak / arrivalsPerThread);
  if (asked <= 1) return { count: 1, reason: `${most}, and ${one}` };
  const left = Math.max(1, Math.min(cores - 1, Math.floor(plan.connections)));
  const count = Math.min(asked, left);
  if (count === asked) return { count, reason: `${most}, and ${one}` };
  const limit =
    left < cores - 1
      ? formatPlural(left, 'connection')
      : `${formatPlural(cores, 'core')}, one of them left for the target`;
  return { count, reason: `${most}, which would take ${asked} (${one}), but there are ${limit}` };
}

/** The most arrivals in any tenth of a second, per second. */
function peakRate(plan: TrafficPlan): number {
  const schedule = scheduleOf(plan);
  let most = 0;
  for (let ms = 0; ms < schedule.durationMs; ms += 100) {
    most = Math.max(most, schedule.rateAt(ms), schedule.rateAt(ms + 99.999));
  }
  return Math.round(most);
}
