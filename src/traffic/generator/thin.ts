/**
 * At most `most` of the items, in their order: all of them where they fit, else evenly spaced ones with the first and
 * the last, so that a list cut short still shows when the trouble began and when it ended.
 */
export function thin<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => items[Math.round(i * step)]).filter(
    (item) => item !== undefined,
  );
}
