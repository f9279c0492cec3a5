/** Sums and differences of instants carry noise in their last digits. */
export function clean(value: number): number {
  return Number(value.toPrecision(12));
}

/** The same of a value that may be missing. */
export function maybe(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : clean(value);
}
