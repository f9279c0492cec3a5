import type { Trial } from './trials.ts';

/** The trials whose figures enter statistics. */
export interface UsedTrials {
  used: Trial[];
  /** Whether they are those that can be trusted. */
  trusted: boolean;
}

/**
 * Of trials that ran to their end those count that can be trusted. Where these are the lesser half, statistics are of all that
 * ran to their end and cannot be trusted either: a busy machine is not to hide what was measured, nor to select from it.
 */
export function usedOf(trials: readonly Trial[]): UsedTrials {
  const counted = trials.filter(({ counts }) => counts);
  const complete = trials.filter(({ counts, verdict }) => counts || verdict === 'untrusted');
  const trusted = counted.length > 0 && counted.length * 2 >= complete.length;
  return { used: trusted ? counted : complete, trusted };
}
