/** Time stamps of Kubernetes objects. */

/** RFC 3339 in whole seconds, as Kubernetes writes `metav1.Time`. */
export function timestamp(wallMs: number): string {
  return new Date(wallMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Wall-clock milliseconds of a time stamp; undefined where there is none. */
export function parseTimestamp(text: string | undefined): number | undefined {
  const value = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(value) ? undefined : value;
}
