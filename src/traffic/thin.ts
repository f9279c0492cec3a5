/** The journal lists at most so many failed and so many slow requests per second. */
const most = 500;

/**
 * A list no longer than the journal holds, in its order: all of it where it fits, else evenly spaced items with the first
 * and the last, so that a list cut short still shows when the trouble began and when it ended.
 */
export function thin<T>(items: readonly T[]): T[] {
  if (items.length <= most) return [...items];
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => items[Math.round(i * step)]).filter(
    (item) => item !== undefined,
  );
}
