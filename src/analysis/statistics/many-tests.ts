/**
 * Adjusts p-values of many tests on the same data (Benjamini and Hochberg 1995): of the differences whose adjusted value is at
 * most q, a share of at most q is expected to be due to chance; and where nothing differs at all, the probability that anything is
 * called a difference is at most q.
 *
 * @returns the adjusted values in the order given; null stays null.
 */
export function adjustForMany(values: readonly (number | null)[]): (number | null)[] {
  const tested = values
    .flatMap((p, index) => (p === null ? [] : [{ p, index }]))
    .sort((one, other) => other.p - one.p);
  const adjusted: (number | null)[] = values.map(() => null);
  let least = 1;
  for (const [position, { p, index }] of tested.entries()) {
    least = Math.min(least, (p * tested.length) / (tested.length - position));
    adjusted[index] = least;
  }
  return adjusted;
}
