import type { Second } from '../record.ts';

/** A rise of the offered load. */
export interface LoadStep {
  /** Start of the first second with more load, and end of the rise. */
  fromMs: number;
  toMs: number;
  /** Requests per second before it, and at its end. */
  fromRate: number;
  toRate: number;
}

/** A rise counts from here on: by a fifth of what was, and by at least 5 requests per second. */
const leastShare = 0.2;
const leastRate = 5;
/** A rise may pause for so many seconds. */
const pauseSeconds = 2;
/** Replayed loads rise all the time; only the largest rises are told. */
const mostSteps = 8;

/**
 * Requests that follow from answers to users or within sessions come by chance: so many standard deviations of a Poisson count
 * must lie between a rise and what chance does.
 */
const deviations = 3;

/** The rises of the offered load, by time; `byChance` where requests follow from answers instead of a schedule. */
export function loadStepsOf(
  seconds: readonly Pick<Second, 'startT' | 'scheduled'>[],
  byChance = false,
): LoadStep[] {
  const steps: LoadStep[] = [];
  let low = 0;
  let high = 0;
  const rate = (index: number): number => seconds[index]?.scheduled ?? 0;
  const close = (): void => {
    const rise = rate(high) - rate(low);
    const first = seconds[low + 1];
    const last = seconds[high];
    const chance = byChance ? deviations * Math.sqrt(rate(high)) : 0;
    if (first && last && rise >= leastRate && rise >= leastShare * rate(low) && rise > chance) {
      steps.push({ fromMs: first.startT, toMs: last.startT + 1000, fromRate: rate(low), toRate: rate(high) });
    }
  };
  for (let index = 1; index < seconds.length; index++) {
    if (rate(index) > rate(high)) {
      if (high > low && index - high > pauseSeconds) {
        close();
        low = index - 1;
      } else if (high === low) low = index - 1;
      high = index;
    } else if (
      rate(index) < rate(high) - Math.max(1, 0.05 * rate(high)) ||
      (high === low && rate(index) <= rate(low))
    ) {
      close();
      low = index;
      high = index;
    }
  }
  close();
  const largest = [...steps]
    .sort((a, b) => b.toRate - b.fromRate - (a.toRate - a.fromRate))
    .slice(0, mostSteps);
  return steps.filter((step) => largest.includes(step));
}
