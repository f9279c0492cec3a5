import type { Outcome, TrafficSecond } from '../journal/index.ts';

/**
 * For how many requests a listed failure of each outcome stands: 1, or more where a second lists only some of its failures.
 */
export function weightsOf({
  failures,
  outcomes,
}: Pick<TrafficSecond, 'failures' | 'outcomes'>): ReadonlyMap<Outcome, number> {
  const listed = new Map<Outcome, number>();
  for (const { outcome } of failures) listed.set(outcome, (listed.get(outcome) ?? 0) + 1);
  return new Map([...listed].map(([outcome, count]) => [outcome, Math.max(1, outcomes[outcome] / count)]));
}
