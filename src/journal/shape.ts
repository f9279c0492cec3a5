/** Checks of a value's shape that say what is wrong and where; null means nothing is. */
export type Check = (value: unknown) => string | null;

/** Describes what was got instead, short enough for a sentence. */
function got(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  const text = typeof value === 'object' ? 'an object' : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}

function expected(what: string, value: unknown): string {
  return `expected ${what}, got ${got(value)}`;
}

function check(what: string, holds: (value: unknown) => boolean): Check {
  return (value) => (holds(value) ? null : expected(what, value));
}

/** Far beyond any run (three years in ms), near enough that arithmetic with it stays exact. */
const largest = 1e11;

export const text = check('text', (value) => typeof value === 'string');
/** A date and time that JavaScript understands. */
export const instantOfDay = check(
  'a date and time',
  (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
);
export const flag = check('true or false', (value) => typeof value === 'boolean');
/** A finite number of a size that occurs in runs. */
export const number = check('a number', (value) => typeof value === 'number' && Math.abs(value) <= largest);
/** A number that is not negative. */
export const amount = check(
  'a number of at least 0',
  (value) => typeof value === 'number' && value >= 0 && value <= 1e15,
);

export function oneOf(...values: readonly unknown[]): Check {
  return check(`one of ${values.join(', ')}`, (value) => values.includes(value));
}

export function orNull(inner: Check): Check {
  return (value) => (value === null ? null : inner(value));
}

export function optional(inner: Check): Check {
  return (value) => (value === undefined ? null : inner(value));
}

export function list(inner: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return expected('a list', value);
    for (let index = 0; index < value.length; index++) {
      const problem = inner(value[index]);
      if (problem !== null) return `[${index}] ${problem}`;
    }
    return null;
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object whose keys are anything and whose values all pass. */
export function mapOf(inner: Check): Check {
  return (value) => {
    if (!isRecord(value)) return expected('an object', value);
    for (const key of Object.keys(value)) {
      const problem = inner(value[key]);
      if (problem !== null) return `${key}: ${problem}`;
    }
    return null;
  };
}

/**
 * An object with at least these fields; fields it has besides are let through. `T` makes the compiler compare the checks
 * with the type they stand for.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- that comparison is its use
export function fields<T extends object>(checks: { [K in keyof T]-?: Check }): Check {
  const entries = Object.entries<Check>(checks);
  return (value) => {
    if (!isRecord(value)) return expected('an object', value);
    for (const [key, inner] of entries) {
      const problem = inner(value[key]);
      if (problem !== null) return `${key}: ${problem}`;
    }
    return null;
  };
}
