/** The one clock of all charts: the seconds shown, and the instant pointed at. */

/** @import { ChartData } from '../chart-data.ts' */

/** What the report's writer put into the page. */
export const data = /** @type {ChartData} */ (
  JSON.parse(document.getElementById('chart-data')?.textContent ?? '{}')
);

/**
 * Shown seconds and the instant pointed at, in seconds of the run; change them by the functions below.
 *
 * @type {{ from: number, to: number, cursor: number | null }}
 */
export const clock = { from: data.opensAtS, to: data.durationS, cursor: null };

/** The shortest span that can be zoomed to, in seconds. */
const shortest = Math.min(0.5, data.durationS);

/** @typedef {(what: 'window' | 'cursor') => void} ClockListener */
/** @type {ClockListener[]} */
const listeners = [];

/** @param {ClockListener} listener Called after each change. */
export function onClock(listener) {
  listeners.push(listener);
}

/**
 * Shows these seconds on all charts, as far as the run has them.
 *
 * @param {number} from
 * @param {number} to
 */
export function showSeconds(from, to) {
  const width = Math.min(Math.max(to - from, shortest), data.durationS);
  const start = Math.min(Math.max(from, 0), data.durationS - width);
  if (start === clock.from && start + width === clock.to) return;
  clock.from = start;
  clock.to = start + width;
  for (const listener of listeners) listener('window');
}

/** Shows the whole run. */
export function showAll() {
  showSeconds(0, data.durationS);
}

/**
 * Shows more or fewer seconds around the cursor, or around the middle.
 *
 * @param {number} factor Above 1 shows more.
 */
export function zoomBy(factor) {
  const middle = clock.cursor ?? (clock.from + clock.to) / 2;
  showSeconds(middle - (middle - clock.from) * factor, middle + (clock.to - middle) * factor);
}

/** @param {number | null} t The instant pointed at, or null when nothing is. */
export function pointAt(t) {
  const cursor = t === null ? null : Math.min(Math.max(t, 0), data.durationS);
  if (cursor === clock.cursor) return;
  clock.cursor = cursor;
  for (const listener of listeners) listener('cursor');
}

/**
 * Moves the cursor by keyboard and keeps it in sight.
 *
 * @param {number} t
 */
export function moveCursor(t) {
  const target = Math.min(Math.max(t, 0), data.durationS);
  if (target < clock.from) showSeconds(target, target + clock.to - clock.from);
  if (target > clock.to) showSeconds(target - (clock.to - clock.from), target);
  pointAt(target);
}

/**
 * An instant as the report writes it: `0:32.4`, `1:02:05.0`.
 *
 * @param {number} t Seconds.
 * @param {number} [digits] Decimals of a second.
 */
export function instantText(t, digits = 1) {
  const scale = 10 ** digits;
  const rounded = Math.round(t * scale) / scale;
  const seconds = (rounded % 60).toFixed(digits).padStart(digits === 0 ? 2 : digits + 3, '0');
  const minutes = Math.floor(rounded / 60);
  return minutes < 60
    ? `${minutes}:${seconds}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${seconds}`;
}
