import type { Points } from './convert.ts';
import type { Problem } from './problem.ts';
import { wrong } from './wrong.ts';

/** How a file tells its instants. */
interface Clock {
  /** What is expected of an instant, in words. */
  expected: string;
  /** Seconds; NaN where the cell is no instant. */
  secondsOf: (cell: string) => number;
  /** Whether instants count from 0; else from the first. */
  fromZero: boolean;
}

const clocks: Record<string, Clock> = {
  'seconds,rate': { expected: 'seconds from 0 on', secondsOf: numberOf, fromZero: true },
  'time,rate': {
    expected: 'a time such as 09:30, 09:30:15 or 2025-10-10T09:30:00Z',
    secondsOf: timeOf,
    fromZero: false,
  },
};

/**
 * Reads a recorded rate: CSV with the header `seconds,rate` or `time,rate`, then rising instants, in seconds from 0 on or as
 * times of day or dates, each with the arrivals per second at that instant. Empty lines and lines that start with # are
 * passed over.
 *
 * @param file How problems name it.
 */
export function readReplay(text: string, file: string): { points: Points; problems: Problem[] } {
  const points: Points = [];
  const problems: Problem[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  let clock: Clock | undefined;
  let first = 0;

  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const cells = line.split(',');
    const say = (cell: number, message: string): void => {
      const column = cells.slice(0, cell).reduce((sum, { length }) => sum + length + 1, 1);
      problems.push({ file, line: index + 1, column, length: cells[cell]?.length ?? 1, text: line, message });
    };
    if (clock === undefined) {
      clock = clocks[cells.map((cell) => cell.trim()).join(',')];
      if (clock !== undefined) continue;
      say(0, wrong('the header "seconds,rate" or "time,rate"', line));
      return { points, problems };
    }
    if (cells.length !== 2) {
      say(0, wrong(`two cells, ${clock.fromZero ? 'seconds' : 'time'} and rate`, line));
      continue;
    }
    const [instant = '', amount = ''] = cells;
    const told = clock.secondsOf(instant);
    const last = points.at(-1);
    if (last === undefined && !clock.fromZero) first = told;
    const seconds = told - first;
    const rate = numberOf(amount);
    if (!(told >= 0)) say(0, wrong(clock.expected, instant));
    else if (last === undefined && problems.length === 0 && seconds !== 0) {
      say(0, wrong('the first instant to be 0', instant));
    } else if (last !== undefined && seconds * 1000 <= last.atMs) {
      say(0, wrong(`an instant after ${clock.fromZero ? last.atMs / 1000 : 'the one before'}`, instant));
    }
    if (!(rate >= 0 && rate <= 1e6)) say(1, wrong('a rate per second from 0 to 1000000', amount));
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

/** Seconds of the day, or since 1970 of a date with its time. */
function timeOf(cell: string): number {
  const clock = /^\s*(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s*$/.exec(cell);
  if (clock !== null) {
    const [, hours, minutes, seconds = '0'] = clock;
    return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  }
  return /^\s*\d{4}-\d{2}-\d{2}[T ]/.test(cell) ? Date.parse(cell.trim()) / 1000 : Number.NaN;
}
