/**
 * How numbers stand in the page: as everywhere in openbell, with no-break spaces so that a unit stays with its number. What
 * did not happen is a dash.
 */
import {
  formatAll,
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  formatPercent,
  formatPlural,
} from '../../support/index.ts';

/** A whole number with thousands separated: `24,150`. */
export const count = formatCount;

/** An instant on the run's clock: `0:32.4`, `1:02:05.0`. */
export const instant = formatInstant;

/** A number and its noun, in the plural where needed: `1 pod`, `2 pods`. */
export function plural(value: number, noun: string, nouns?: string): string {
  return together(formatPlural(value, noun, nouns));
}

/** All of something, as a sentence begins: `The pod`, `Both pods`, `All 3 pods`. */
export function all(count: number, noun: string): string {
  return together(formatAll(count, noun));
}

/** A duration, given in ms, in the unit that suits it: `310 ms`, `4.12 s`, `1 min 32 s`. */
export function duration(ms: number | null): string {
  return together(formatDuration(ms));
}

/** A share as a percentage that never rounds a loss away: `99.996 %`. */
export function percent(ratio: number | null): string {
  return together(formatPercent(ratio));
}

/** An amount of memory: `15.6 GiB`. */
export function bytes(value: number): string {
  return together(formatBytes(value));
}

/** A number with at most so many decimals: `600`, `12.5`; a dash where there is none. */
export function decimal(value: number | null, digits = 1): string {
  if (value === null) return formatCount(null);
  const format = formats[digits] ?? new Intl.NumberFormat('en-US', { maximumFractionDigits: digits });
  formats[digits] = format;
  return format.format(value);
}

/** By decimals; making one takes longer than using it a hundred times. */
const formats: Intl.NumberFormat[] = [];

/** A sentence in which no line ends between a number and its unit. */
export function unparted(sentence: string): string {
  return sentence.replaceAll(/(\d) (?=(?:%|‰|(?:ms|s|min|h|[KMG]iB)(?!\w)))/g, '$1\u00a0');
}

/** Several things as running text: `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** The same as {@link list}, but names only the first few of many. */
export function shortList(items: readonly string[], most = 4): string {
  return items.length <= most + 1
    ? list(items)
    : `${items.slice(0, most).join(', ')} and ${count(items.length - most)} more`;
}

function together(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}
