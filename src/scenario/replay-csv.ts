import type { Points } from './convert.ts';
import type { Problem } from './problem.ts';
import { wrong } from './wrong.ts';

/**
 * Reads a recorded rate: CSV with the header `seconds,rate`, then instants in seconds from 0 on, rising, each with the
 * arrivals per second at that instant. Empty lines and lines that start with # are passed over.
 *
 * @param file How problems name it.
 */
export function readReplay(text: string, file: string): { points: Points; problems: Problem[] } {
  const points: Points = [];
  const problems: Problem[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  let headerSeen = false;

  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const cells = line.split(',');
    const say = (cell: number, message: string): void => {
      const column = cells.slice(0, cell).reduce((sum, { length }) => sum + length + 1, 1);
      problems.push({ file, line: index + 1, column, length: cells[cell]?.length ?? 1, text: line, message });
    };
    if (!headerSeen) {
      headerSeen = true;
      if (cells.map((cell) => cell.trim()).join(',') !== 'seconds,rate') {
        say(0, wrong('the header "seconds,rate"', line));
        return { points, problems };
      }
      continue;
    }
    if (cells.length !== 2) {
      say(0, wrong('two cells, seconds and rate', line));
      continue;
    }
    const [seconds, rate] = cells.map(numberOf) as [number, number];
    const last = points.at(-1);
    if (!(seconds >= 0)) say(0, wrong('seconds from 0 on', cells[0]));
    else if (last === undefined && problems.length === 0 && seconds !== 0) {
      say(0, wrong('the first instant to be 0', cells[0]));
    } else if (last !== undefined && seconds * 1000 <= last.atMs) {
      say(0, wrong(`an instant after ${last.atMs / 1000}`, cells[0]));
    }
    if (!(rate >= 0 && rate <= 1e6)) say(1, wrong('a rate per second from 0 to 1000000', cells[1]));
    // With problems the points only serve to compare instants.
    if (seconds >= 0) points.push({ atMs: seconds * 1000, rate });
  }

  if (problems.length === 0 && !points.some(({ rate }) => rate > 0)) {
    const message =
      points.length === 0
        ? 'expected at least one line of data, got none'
        : 'expected a rate above 0 somewhere, got none';
    problems.push({ file, line: lines.length, column: 1, length: 1, text: lines.at(-1) ?? '', message });
  }
  return { points, problems };
}

function numberOf(cell: string): number {
  return /^\s*[+-]?(\d+(\.\d+)?|\.\d+)(e[+-]?\d+)?\s*$/i.test(cell) ? Number(cell) : Number.NaN;
}
