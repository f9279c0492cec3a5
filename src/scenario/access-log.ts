import type { Problem } from './problem.ts';

/** So many lines that cannot be read are named; a log with more is of another kind. */
const mostNamed = 5;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** `[10/Oct/2025:09:30:00 -0400]`, as Apache and nginx write in their common and combined formats. */
const common = /\[(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})\]/;
/** The keys under which JSON lines carry their instant. */
const keys = ['time', 'timestamp', '@timestamp', 'ts'];

/**
 * Reads the arrivals of an access log: when each line's request came, ms from the first on, rising. A line carries its instant as
 * the common log format has it, or is JSON with `time`, `timestamp`, `@timestamp` or `ts` (ISO 8601, or seconds since
 * 1970). Logs that know whole seconds only have each second's arrivals spread evenly over it. Lines may stand in any
 * order; empty ones are passed over.
 *
 * @param file How problems name it.
 */
export function readAccessLog(text: string, file: string): { atMs: number[]; problems: Problem[] } {
  const instants: number[] = [];
  const unread: Problem[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const instant = line.startsWith('{') ? jsonInstant(line) : commonInstant(line);
    if (instant === null) {
      const message =
        'expected a request with its time, [10/Oct/2025:09:30:00 +0000] or JSON with "time", got neither';
      unread.push({ file, line: index + 1, column: 1, length: line.length, text: line, message });
    } else instants.push(instant);
  }
  const problems = unread.slice(0, mostNamed);
  if (instants.length < 2 && problems.length === 0) {
    const message = `expected at least two requests, got ${instants.length}`;
    problems.push({ file, line: 1, column: 1, length: 1, text: text.split('\n')[0] ?? '', message });
  }
  return { atMs: problems.length > 0 ? [] : fromFirst(instants), problems };
}

function commonInstant(line: string): number | null {
  const match = common.exec(line);
  if (match === null) return null;
  const [, day, month, year, hour, minute, second, sign, zoneHours, zoneMinutes] = match;
  const numberOfMonth = months.indexOf(month ?? '');
  if (numberOfMonth === -1) return null;
  const zoneMs = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000 * (sign === '-' ? -1 : 1);
  const local = Date.UTC(
    Number(year),
    numberOfMonth,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return local - zoneMs;
}

function jsonInstant(line: string): number | null {
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    const value = keys.map((key) => entry[key]).find((found) => found !== undefined);
    const ms = typeof value === 'number' ? value * 1000 : Date.parse(String(value));
    return Number.isFinite(ms) ? ms : null;
  } catch {
    return null;
  }
}

function fromFirst(instants: number[]): number[] {
  const sorted = instants.toSorted((a, b) => a - b);
  const firstMs = Math.floor((sorted[0] ?? 0) / 1000) * 1000;
  if (sorted.some((ms) => ms % 1000 !== 0)) return sorted.map((ms) => ms - (sorted[0] ?? 0));
  const bySecond = Map.groupBy(sorted, (ms) => ms);
  return [...bySecond].flatMap(([ms, same]) =>
    same.map((_, index) => ms - firstMs + ((index + 0.5) * 1000) / same.length),
  );
}
