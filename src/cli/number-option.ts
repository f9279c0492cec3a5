/** Which numbers an option takes. */
export interface NumberRange {
  from: number;
  to: number;
  whole: boolean;
}

/**
 * What an option's `coerce` calls with the word that was given for a number. It throws when that is none of the range, which
 * yargs turns into wrong usage (exit code 2).
 */
export function numberOption(
  option: string,
  range: NumberRange,
): (given: string | string[] | undefined) => number | undefined {
  const { from, to, whole } = range;
  return (given) => {
    const text = lastOf(given);
    if (text === undefined) return undefined;
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= from && value <= to && (!whole || Number.isInteger(value))) return value;
    const expected = `a ${whole ? 'whole ' : ''}number from ${from} to ${to}`;
    throw new Error(`--${option} takes ${expected}, got ${text === '' ? 'nothing' : text}`);
  };
}

/** The same for numbers separated by commas; a set, because a list would be taken for an option that was given twice. */
export function numbersOption(
  option: string,
  range: NumberRange,
): (given: string | string[] | undefined) => ReadonlySet<number> {
  const one = numberOption(option, range);
  return (given) => new Set((lastOf(given) ?? '').split(',').flatMap((word) => one(word) ?? []));
}

/** Of an option that was given several times the last counts. */
function lastOf(given: string | string[] | undefined): string | undefined {
  return Array.isArray(given) ? given.at(-1) : given;
}

/** Seeds, as in scenario files. */
export const seedRange: NumberRange = { from: 0, to: 4_294_967_295, whole: true };

/** Speed-ups, as in scenario files. */
export const speedupRange: NumberRange = { from: 1, to: 100, whole: false };

/** TCP ports; 0 lets the system choose. */
export const portRange: NumberRange = { from: 0, to: 65_535, whole: true };
