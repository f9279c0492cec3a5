/** A copy in ascending order. */
export function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/**
 * A quantile by linear interpolation between the two order statistics around it, at the rank `1 + (n − 1) × share`: type 7 of
 * Hyndman and Fan (1996), what R, NumPy and spreadsheets do unless told otherwise.
 *
 * @param ascending At least one value. @param share 0 (the least) to 1 (the greatest).
 */
export function quantile(ascending: readonly number[], share: number): number {
  const last = ascending.length - 1;
  if (last < 0 || !(share >= 0 && share <= 1)) {
    throw new RangeError(
      `expected values and a share from 0 to 1, got ${ascending.length} values and ${share}`,
    );
  }
  const rank = last * share;
  const low = ascending[Math.floor(rank)] as number;
  const high = ascending[Math.ceil(rank)] as number;
  const part = rank - Math.floor(rank);
  // Rounding must not push the result past either of the two.
  return part === 0 || low === high ? low : Math.min(high, Math.max(low, low * (1 - part) + high * part));
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(sorted(values), 0.5);
}

/** The arithmetic mean of at least one value. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
