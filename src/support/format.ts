/** Numbers as people read them. Every helper takes null for "did not happen" and shows an en dash. */

/** Shown where there is no value. */
const nothing = '–';

const wholeNumbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A count with thousands separators: `12,345`. */
export function formatCount(value: number | null): string {
  return value === null ? nothing : wholeNumbers.format(value);
}

/** `1 pod`, `8 pods`, `1,200 requests`. The plural is the singular and an s unless given. */
export function formatPlural(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)} ${value === 1 ? singular : plural}`;
}

/** All of something, as a sentence begins: `The pod`, `Both pods`, `All 3 pods`. */
export function formatAll(count: number, noun: string): string {
  if (count === 1) return `The ${noun}`;
  return count === 2 ? `Both ${noun}s` : `All ${formatPlural(count, noun)}`;
}

/**
 * A duration or latency given in ms with two or three significant digits: `0.42 ms`, `8.3 ms`, `10.5 ms`, `850 ms`,
 * `2.35 s`, `12.3 s`; from a minute on in two units: `1 min 35 s`, `1 h 2 min`.
 */
export function formatDuration(ms: number | null): string {
  if (ms === null) return nothing;
  if (ms < 0) return `−${formatDuration(-ms)}`;
  if (ms < 999.5) return `${trimmed(ms, ms < 99.95 ? (ms < 0.995 ? 2 : 1) : 0)} ms`;
  if (ms < 59_950) return `${trimmed(ms / 1000, ms < 9_995 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return twoUnits([Math.floor(seconds / 60), 'min'], [seconds % 60, 's']);
  const minutes = Math.round(seconds / 60);
  return twoUnits([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min']);
}

/** An instant of a run, ms since its origin, for time lines: `0:12.3`, `1:05.0`, `1:00:05.0`. */
export function formatInstant(ms: number | null): string {
  if (ms === null) return nothing;
  if (ms < 0) return `−${formatInstant(-ms)}`;
  const tenths = Math.round(ms / 100);
  const hours = Math.floor(tenths / 36_000);
  const minutes = Math.floor(tenths / 600) % 60;
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/**
 * A ratio as a percentage: `60 %`, `99.87 %`. It gains digits towards 0 and 1 so that a loss is never rounded away:
 * 0.99996 is `99.996 %`, and only a ratio of exactly 1 reads `100 %`.
 */
export function formatPercent(ratio: number | null): string {
  if (ratio === null) return nothing;
  const percent = ratio * 100;
  const distance = Math.min(Math.abs(percent), Math.abs(100 - percent));
  const digits =
    distance === 0 || distance >= 10 ? 1 : Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(distance))));
  return `${trimmed(percent, digits)} %`;
}

/** Bytes in binary units: `512 B`, `1.5 KiB`, `80 MiB`, `15.6 GiB`. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return nothing;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${trimmed(value, value < 99.95 && power > 0 ? 1 : 0)} ${units[power]}`;
}

/** Fixed digits without trailing zeros. */
function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

function twoUnits([large, largeUnit]: [number, string], [small, smallUnit]: [number, string]): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
