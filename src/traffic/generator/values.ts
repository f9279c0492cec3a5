import type { Variable } from '../plan.ts';
import type { TemplatePiece } from '../template.ts';
import { drawAt } from './mix.ts';

/** What a variable can stand for; objects and lists come from answers only. */
export type Value = string | number | boolean | object | null;

/** What the variables of one request follow from: which arrival it is, and what its session has kept. */
export interface Values {
  index: number;
  saved: Map<string, Value> | null;
}

/** The value of a variable for one request. */
export type Reader = (values: Values) => Value;

/** Finds a variable by its name; null where there is none. */
export type FindVariable = (name: string) => Reader | null;

/** Turns a text with variables into a function that gives the text. */
export type Render = (pieces: readonly TemplatePiece[]) => (values: Values) => string;

/**
 * The plan's variables. A value follows from the seed, the variable's name and the arrival's index alone: the same
 * arrival has the same values however often it is played and however many workers share the schedule. `saved` are the
 * names that a session keeps from its answers; they go before variables of the same name.
 */
export function variablesOf(
  variables: Readonly<Record<string, Variable>>,
  seed: number,
  saved: ReadonlySet<string> = new Set(),
): FindVariable {
  return (name) => {
    if (saved.has(name)) return ({ saved: kept }) => kept?.get(name) ?? '';
    const whole = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (whole !== undefined) return readerOf(whole, null, seedOf(seed, name));
    const dot = name.indexOf('.');
    const table =
      dot > 0 && Object.hasOwn(variables, name.slice(0, dot)) ? variables[name.slice(0, dot)] : undefined;
    return table === undefined
      ? null
      : readerOf(table, name.slice(dot + 1), seedOf(seed, name.slice(0, dot)));
  };
}

/** The names by which requests may refer to a plan's variables. */
export function variableNames(variables: Readonly<Record<string, Variable>>): string[] {
  return Object.entries(variables).flatMap(([name, variable]) =>
    variable.kind === 'csv' ? variable.columns.map((column) => `${name}.${column}`) : [name],
  );
}

function readerOf(variable: Variable, column: string | null, seed: number): Reader | null {
  switch (variable.kind) {
    case 'sequence': {
      const { from, to } = variable;
      const count = to === null ? Number.POSITIVE_INFINITY : to - from + 1;
      return column === null ? ({ index }) => from + (index % count) : null;
    }
    case 'random': {
      const { values } = variable;
      return column === null
        ? ({ index }) => values[Math.floor(drawAt(seed, index) * values.length)] ?? ''
        : null;
    }
    case 'csv': {
      const { rows, order, columns } = variable;
      const cell = columns.indexOf(column ?? '');
      if (cell === -1) return null;
      const rowOf =
        order === 'random'
          ? (index: number): number => Math.floor(drawAt(seed, index) * rows.length)
          : (index: number): number => index % rows.length;
      return ({ index }) => rows[rowOf(index)]?.[cell] ?? '';
    }
  }
}

/** A seed of its own for each name (FNV-1a), so that two variables do not draw in step. */
function seedOf(seed: number, name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (seed ^ hash) >>> 0;
}
