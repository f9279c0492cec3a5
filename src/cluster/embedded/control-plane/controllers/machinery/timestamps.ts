/** Time stamps of Kubernetes objects. */

/**
 * RFC 3339 in whole seconds, as Kubernetes writes `metav1.Time`. Under a speed-up with milliseconds: a second is then a
 * long time, and what is decided by the age of a condition must not be decided by its rounding.
 */
export function timestamp(wallMs: number, speedup = 1): string {
  const text = new Date(wallMs).toISOString();
  return speedup === 1 ? text.replace(/\.\d+Z$/, 'Z') : text;
}

/** Wall-clock milliseconds of a time stamp; undefined where there is none. */
export function parseTimestamp(text: string | undefined): number | undefined {
  const value = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(value) ? undefined : value;
}
