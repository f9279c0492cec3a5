/** What is wrong with a file, where, and how it is shown. */

/** A place in a text; lines and columns count from 1. */
export interface Place {
  /** The file as it is shown to people. */
  file: string;
  line: number;
  column: number;
  /** How many characters are meant. */
  length: number;
  /** The whole line. */
  text: string;
}

export interface Problem extends Place {
  message: string;
}

/** Path from the top of a YAML file to one of its values. */
export type Path = readonly (string | number)[];

/** What is wrong with the value at a path of the scenario file. */
export interface PathProblem {
  path: Path;
  message: string;
  /** Points at the key instead of the value. */
  at?: 'key';
  /** Points at a part of the value's text. */
  part?: { offset: number; length: number };
}

/** Problems as text: for each `file:line:column: message`, the line, and a caret under what is meant. */
export function formatProblems(problems: readonly Problem[]): string {
  return sorted(problems)
    .map((problem) => {
      const number = String(problem.line).padStart(5);
      const before = problem.text.slice(0, problem.column - 1).replaceAll(/[^\t]/g, ' ');
      const carets = '^'.repeat(
        Math.max(1, Math.min(problem.length, problem.text.length - problem.column + 1)),
      );
      return [
        formatProblem(problem),
        `${number} | ${problem.text}`,
        `${' '.repeat(number.length)} | ${before}${carets}`,
      ].join('\n');
    })
    .join('\n');
}

/** `file:line:column: message`, which terminals and editors make a link of. */
export function formatProblem({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column}: ${message}`;
}

/** By file, in the order in which they first come, and place; each once. */
function sorted(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  const unique = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...unique.values()].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}

/** A path as people write it: `traffic.phases[1].duration`. */
export function formatPath(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}
