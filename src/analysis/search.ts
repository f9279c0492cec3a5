/** The last item at or before an instant, of items sorted by time; undefined where there is none. Logarithmic. */
export function lastUntil<T>(items: readonly T[], atMs: number, timeOf: (item: T) => number): T | undefined {
  return items[countUntil(items, atMs, timeOf) - 1];
}

/** How many items lie at or before an instant. */
export function countUntil<T>(items: readonly T[], atMs: number, timeOf: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && timeOf(item) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
