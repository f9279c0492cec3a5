/**
 * Values with units, as people write them in scenario files and expectations. Every parser returns null for text that is
 * not of its kind; signs are understood, so that callers can say what is wrong with a negative value.
 */

const number = String.raw`([+-]?(?:\d+(?:\.\d+)?|\.\d+))`;
const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const rateUnits = { s: 1, min: 60, h: 3600 } as const;
const binaryUnits = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
} as const;

/** `250ms`, `30s`, `2m`, `1h` → milliseconds. */
export function parseDurationMs(text: string): number | null {
  return withUnit(text, durationUnits);
}

/** `200/s`, `1200/min`, `90000/h` → per second. */
export function parseRatePerSecond(text: string): number | null {
  const [, amount, unit] = new RegExp(`^${number}\\s*/\\s*(s|min|h)$`).exec(text.trim()) ?? [];
  return amount === undefined ? null : Number(amount) / rateUnits[unit as keyof typeof rateUnits];
}

/** `60%` → 60. */
export function parsePercent(text: string): number | null {
  const [, amount] = new RegExp(`^${number}\\s*%$`).exec(text.trim()) ?? [];
  return amount === undefined ? null : Number(amount);
}

/** `500m`, `1`, `0.5` → thousandths of a core. */
export function parseCpuMilli(text: string): number | null {
  const [, amount, milli] = new RegExp(`^${number}(m?)$`).exec(text.trim()) ?? [];
  return amount === undefined ? null : Number(amount) * (milli === 'm' ? 1 : 1000);
}

/** `64Mi`, `1Gi`, `500M` → bytes. */
export function parseMemoryBytes(text: string): number | null {
  return withUnit(text, binaryUnits);
}

function withUnit(text: string, units: Record<string, number>): number | null {
  const [, amount, unit = ''] = new RegExp(`^${number}\\s*([A-Za-z]+)$`).exec(text.trim()) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  return amount === undefined || factor === undefined ? null : Number(amount) * factor;
}
