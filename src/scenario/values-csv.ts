import type { Problem } from './problem.ts';
import { wrong } from './wrong.ts';

/** The rows that requests take their values from. */
export interface ValueTable {
  columns: string[];
  rows: (string | number)[][];
}

/**
 * Reads values for requests: CSV (RFC 4180: cells with commas, quotes or line ends stand in quotes) with a header line that
 * names the columns. Cells that read as JSON numbers are numbers, all others text. Empty lines are passed over.
 *
 * @param file How problems name it.
 */
export function readValueTable(text: string, file: string): { table: ValueTable; problems: Problem[] } {
  const problems: Problem[] = [];
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  const say = ({ line, column, length }: Cell, message: string): void => {
    problems.push({
      file,
      line,
      column,
      length: Math.max(1, length),
      text: (lines[line - 1] ?? '').trimEnd(),
      message,
    });
  };
  const { records, unclosed } = recordsOf(text.replace(/^\uFEFF/, ''));
  if (unclosed !== null) say(unclosed, 'expected a closing quote, got the end of the file');
  const [header, ...data] = records;
  const columns = (header ?? []).map((cell) => cell.text.trim());
  for (const [index, cell] of (header ?? []).entries()) {
    const name = columns[index] ?? '';
    if (!/^[A-Za-z_][\w-]*$/.test(name))
      say(cell, wrong("a column's name of letters, digits, _ and -", name));
    else if (columns.indexOf(name) !== index)
      say(cell, `expected names that differ, got "${name}" a second time`);
  }
  for (const record of data) {
    const [first] = record;
    if (first !== undefined && record.length !== columns.length) {
      say(first, `expected ${columns.length} cells as in the header, got ${record.length}`);
    }
  }
  if (data.length === 0 && problems.length === 0) {
    say(
      { text: '', line: lines.length, column: 1, length: 1 },
      'expected a header and at least one row, got none',
    );
  }
  return {
    table: { columns, rows: data.map((record) => record.map(({ text }) => valueOf(text))) },
    problems,
  };
}

/** A cell and where it stands; lines and columns count from 1. */
interface Cell {
  text: string;
  line: number;
  column: number;
  length: number;
}

function recordsOf(text: string): { records: Cell[][]; unclosed: Cell | null } {
  const records: Cell[][] = [];
  let record: Cell[] = [];
  let line = 1;
  let lineStart = 0;
  let at = 0;
  while (at < text.length) {
    const start = { line, column: at - lineStart + 1 };
    let cell = '';
    const begin = at;
    if (text[at] === '"') {
      for (at++; ; at++) {
        if (at >= text.length) return { records, unclosed: { ...start, text: cell, length: 1 } };
        if (text[at] === '"' && text[at + 1] === '"') at++;
        else if (text[at] === '"') break;
        if (text[at] === '\n') {
          line++;
          lineStart = at + 1;
        }
        cell += text[at];
      }
      at++;
    }
    for (; at < text.length && text[at] !== ',' && text[at] !== '\n'; at++) cell += text[at];
    const length = at - begin;
    record.push({ ...start, text: cell.replace(/\r$/, ''), length });
    const atEnd = at >= text.length || text[at] === '\n';
    if (!atEnd && at === text.length - 1)
      record.push({ text: '', line, column: at - lineStart + 2, length: 1 });
    if (atEnd || at === text.length - 1) {
      if (record.length > 1 || record[0]?.text !== '') records.push(record);
      record = [];
      line++;
      lineStart = at + 1;
    }
    at++;
  }
  return { records, unclosed: null };
}

function valueOf(cell: string): string | number {
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(cell) ? Number(cell) : cell;
}
