/** The leaves of a scenario file: values with units and limits, and what is said when a value is not one of them. */
import * as z from 'zod';
import {
  nearest,
  parseCpuMilli,
  parseDurationMs,
  parseMemoryBytes,
  parsePercent,
  parseRatePerSecond,
} from '../support/index.ts';
import { wrong } from './wrong.ts';

interface Written<T> {
  /** What is expected, in words, with an example. */
  expected: string;
  /** Null where the text is not of this kind. */
  parse: (text: string) => T | null;
  /** For editors. */
  pattern?: string;
  /** Spellings to offer when somebody writes a plain number. */
  units?: string[];
}

/** Text that stands for something else. */
function written<T>({ expected, parse, pattern, units = [] }: Written<T>) {
  const advice = (got: unknown): string | undefined => {
    const amount = typeof got === 'number' || typeof got === 'string' ? String(got) : '';
    return /^\d+(\.\d+)?$/.test(amount) && units.length > 0
      ? `write ${units.map((unit) => spelled(amount, unit)).join(' or ')}`
      : undefined;
  };
  return z
    .string({ error: ({ input }) => wrong(expected, input, advice(input)) })
    .meta(pattern === undefined ? {} : { pattern })
    .transform((text, context) => {
      const value = parse(text);
      if (value !== null) return value;
      context.addIssue({ code: 'custom', message: wrong(expected, text, advice(text)) });
      return z.NEVER;
    });
}

/** Who writes a share as 0.6 means 60%. */
function spelled(amount: string, unit: string): string {
  const isRatio = unit === '%' && Number(amount) > 0 && Number(amount) < 1;
  return (isRatio ? Number(`${amount}e2`) : amount) + unit;
}

interface Range {
  /** Smallest value, in the unit of the result; `above` excludes the limit itself. */
  min?: number;
  above?: number;
  max?: number;
}

function within<T>(
  parse: (text: string) => T | null,
  { min, above, max }: Range,
): (text: string) => T | null {
  return (text) => {
    const value = parse(text);
    const fits =
      typeof value === 'number' &&
      (min === undefined || value >= min) &&
      (above === undefined || value > above) &&
      (max === undefined || value <= max);
    return fits ? value : null;
  };
}

const number = String.raw`(\d+(\.\d+)?|\.\d+)\s*`;
const day = 86_400_000;

/** Milliseconds from `250ms`, `30s`, `2m`, `1h`. */
export function duration({ above, min = above === undefined ? 0 : undefined, max = day }: Range = {}) {
  const limit = above === undefined ? '' : ' above 0';
  const expected = `a duration${limit} such as 250ms, 30s or 2m${max === day ? '' : `, at most ${max / 1000}s`}`;
  const range: Range = {
    max,
    ...(above === undefined ? {} : { above }),
    ...(min === undefined ? {} : { min }),
  };
  return written({
    expected,
    parse: within(parseDurationMs, range),
    pattern: `^${number}(ms|s|m|h)$`,
    units: ['s', 'ms'],
  });
}

/** Seconds from a duration that is a whole number of them, as Kubernetes' objects hold it. */
export function wholeSeconds({ min, max = 3600 }: { min: number; max?: number }) {
  return written({
    expected: `a duration in whole seconds from ${min}s to ${max}s such as 5s`,
    parse: within(
      (text) => {
        const ms = parseDurationMs(text);
        return ms === null || ms % 1000 !== 0 ? null : ms / 1000;
      },
      { min, max },
    ),
    pattern: `^${number}(ms|s|m|h)$`,
    units: ['s'],
  });
}

/** Arrivals per second from `200/s`, `1200/min`. */
export function rate() {
  return written({
    expected: 'a rate above 0 such as 200/s or 1200/min',
    parse: within(parseRatePerSecond, { above: 0, max: 1e6 }),
    pattern: `^${number}/\\s*(s|min|h)$`,
    units: ['/s'],
  });
}

/** Percent from `60%`. */
export function percent({ above = 0, max = 100 }: { above?: number; max?: number } = {}) {
  return written({
    expected: `a percentage above ${above}% and up to ${max}% such as ${Math.min(60, max)}%`,
    parse: within(parsePercent, { above, max }),
    pattern: `^${number}%$`,
    units: ['%'],
  });
}

/** Ratio from a percentage from 0 on: 0.1 from `10%`. */
export function ratio() {
  return written({
    expected: 'a percentage such as 10%',
    parse: within(
      (text) => {
        const parsed = parsePercent(text);
        return parsed === null ? null : Number(`${parsed}e-2`);
      },
      { min: 0, max: 1 },
    ),
    pattern: `^${number}%$`,
    units: ['%'],
  });
}

/** Thousandths of a core from `500m`, `1`, `0.5`. */
export function cpu({ orNone }: { orNone: boolean }) {
  const expected = `CPU such as 500m or 1${orNone ? ', or none' : ''}`;
  const parse = within(parseCpuMilli, { min: 1, max: 1_024_000 });
  const text = written<number | 'none'>({
    expected,
    parse: (text) => (orNone && text === 'none' ? 'none' : parse(text)),
    pattern: `^${number}m?${orNone ? '$|^none' : ''}$`,
  });
  const cores = z
    .number({ error: ({ input }) => wrong(expected, input) })
    .gt(0, { error: ({ input }) => wrong(expected, input) })
    .transform((amount) => Math.round(amount * 1000));
  return z.union([text, cores], { error: ({ input }) => wrong(expected, input) });
}

/** Bytes from `64Mi`, `1Gi`. */
export function memory() {
  return written({
    expected: 'memory such as 64Mi or 1Gi',
    parse: within(parseMemoryBytes, { min: 2 ** 20 }),
    pattern: `^${number}(Ki|Mi|Gi|Ti|k|M|G|T)$`,
    units: ['Mi', 'Gi'],
  });
}

/** A whole number. */
export function integer({ min, max }: { min: number; max: number }) {
  const error = ({ input }: { input?: unknown }): string =>
    wrong(`a whole number from ${min} to ${max}`, input);
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

/** A number, fractions allowed. */
export function decimal({ min, max }: { min: number; max: number }) {
  const error = ({ input }: { input?: unknown }): string => wrong(`a number from ${min} to ${max}`, input);
  return z.number({ error }).min(min, { error }).max(max, { error });
}

/** Any text that is not empty. */
export function text(expected: string) {
  const error = ({ input }: { input?: unknown }): string =>
    wrong(expected, input, typeof input === 'number' ? `write "${input}"` : undefined);
  return z.string({ error }).min(1, { error });
}

/** A name that may appear in rules, file names and labels. */
export function slug() {
  const expected = 'a name of lower-case letters, digits and dashes such as pre-market';
  const pattern = '^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$';
  return written({ expected, parse: (name) => (new RegExp(pattern).test(name) ? name : null), pattern });
}

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[]) {
  const expected = words.length === 1 ? String(words[0]) : `one of ${words.join(', ')}`;
  return z.enum(words as readonly [T, ...T[]], {
    error: ({ input }) => {
      const near = typeof input === 'string' && words.length > 1 ? nearest(input, words) : undefined;
      return wrong(expected, input) + (near === undefined ? '' : `; did you mean ${near}?`);
    },
  });
}

/** Text of which something else says whether it is right; `parse` gives null where it is not. */
export function textLike<T>(expected: string, parse: (text: string) => T | null, pattern?: string) {
  return written({ expected, parse, ...(pattern === undefined ? {} : { pattern }) });
}
