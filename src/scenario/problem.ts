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

/** As many problems are shown at most; a file with more is broken in another way. */
const mostShown = 50;

/** Problems as text: for each `file:line:column: message`, the line, and a caret under what is meant. */
export function formatProblems(problems: readonly Problem[]): string {
  const all = sorted(problems);
  const shown = all.slice(0, mostShown).map((problem) => {
    const number = String(problem.line).padStart(5);
    const { text, from, to } = excerpt(problem);
    const before = text.slice(0, from).replaceAll(/[^\t]/g, ' ');
    return [
      printable(formatProblem(problem)),
      `${number} | ${printable(text)}`,
      `${' '.repeat(number.length)} | ${before}${'^'.repeat(Math.max(1, to - from))}`,
    ].join('\n');
  });
  const more = all.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}

/** The part of a line that is shown, and where in it the problem lies. */
function excerpt({ text, column, length }: Problem): { text: string; from: number; to: number } {
  const widest = 160;
  const start = column <= widest - 40 ? 0 : column - 60;
  const part = text.slice(start, start + widest);
  const from = column - 1 - start;
  return { text: part, from, to: Math.min(from + length, part.length) };
}

/** Without characters that would move a terminal's cursor or change its colours; as wide as before. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\t]/gu, '\u00b7');
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
