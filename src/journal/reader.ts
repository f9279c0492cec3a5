import { open } from 'node:fs/promises';
import { OpenbellError, exitCodes } from '../support/index.ts';
import { eventChecks } from './checks.ts';
import { journalApiVersion, type JournalEvent } from './events.ts';

/** What could be read of a journal. */
export interface ParsedJournal {
  /** The known, well-shaped events in the order of the file; the first is the {@link RunStart}. */
  events: JournalEvent[];
  /** What was left out or looks wrong, each as a sentence. */
  problems: string[];
}

/**
 * Reads a journal, also one that was cut short or damaged: lines that are no event are left out and counted.
 *
 * @throws {OpenbellError} `JOURNAL_MISSING` when there is no such file, and as {@link parseJournal}.
 */
export async function readJournal(path: string): Promise<ParsedJournal> {
  const events: JournalEvent[] = [];
  const problems = await scanJournal(path, (event) => {
    events.push(event);
  });
  return { events, problems };
}

/**
 * Like {@link readJournal}, for journals that had better not be in memory as a whole: hands over each event as it is read.
 *
 * @returns what was left out or looks wrong, each as a sentence. @throws {OpenbellError} as {@link readJournal}, also after events.
 */
export async function scanJournal(
  path: string,
  take: (event: JournalEvent) => void | Promise<void>,
): Promise<string[]> {
  const reading = new Reading(path);
  for await (const line of linesOf(path)) {
    const event = reading.line(line);
    if (event) await take(event);
  }
  return reading.finish();
}

/**
 * Like {@link readJournal}, of a journal's text.
 *
 * @throws {OpenbellError} `JOURNAL_INVALID` when no line starts a run of openbell; `JOURNAL_VERSION` when another version
 *   of openbell wrote it.
 */
export function parseJournal(text: string): ParsedJournal {
  const reading = new Reading('the journal');
  const events = text.split('\n').flatMap((line) => reading.line(line) ?? []);
  return { events, problems: reading.finish() };
}

/** Line by line and piece by piece, so that a journal of hundreds of megabytes is never in memory as a whole. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  for await (const piece of piecesOf(path)) {
    let start = 0;
    for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, start)) {
      const line = piece.subarray(start, end);
      yield (begun.length === 0 ? line : Buffer.concat([...begun, line])).toString('utf8');
      begun = [];
      start = end + 1;
    }
    // The piece's memory is used again for the next.
    if (start < piece.length) begun.push(Buffer.from(piece.subarray(start)));
  }
  if (begun.length > 0) yield Buffer.concat(begun).toString('utf8');
}

/** A file piece by piece, all in the same memory: each is valid until the next is asked for. */
async function* piecesOf(path: string): AsyncGenerator<Buffer> {
  const piece = Buffer.allocUnsafe(1 << 20);
  await using file = await reading(path, () => open(path));
  for (;;) {
    const { bytesRead } = await reading(path, () => file.read(piece));
    if (bytesRead === 0) return;
    yield piece.subarray(0, bytesRead);
  }
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new OpenbellError(`expected a journal at ${path}, but it cannot be read`, {
      code: 'JOURNAL_MISSING',
      hint: 'Name the folder of a run, the one that holds journal.ndjson.',
      exitCode: exitCodes.usage,
      cause,
    });
  }
}

type FlawKind = 'not JSON' | 'unknown' | 'shape' | 'before' | 'second run' | 'clock';

/** How often something is wrong with the file, and the first place. */
interface Flaw {
  count: number;
  line: number;
  detail: string;
}

class Reading {
  readonly #origin: string;
  #first: JournalEvent | undefined;
  readonly #flaws = new Map<FlawKind, Flaw>();
  #lines = 0;
  #lastBadLine = 0;
  #latest = -Infinity;

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** The line's event; null where it has none that belongs to the run. */
  line(text: string): JournalEvent | null {
    this.#lines += 1;
    return text.trim() === '' ? null : this.#take(text, this.#lines);
  }

  #take(line: string, lineNumber: number): JournalEvent | null {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      this.#lastBadLine = lineNumber;
      return this.#flaw('not JSON', lineNumber, '');
    }
    const type = (value as { type?: unknown } | null)?.type;
    if (type === 'run.start') this.#requireVersion(value as { apiVersion?: unknown });
    if (typeof type !== 'string' || !Object.hasOwn(eventChecks, type)) {
      const what = typeof type === 'string' ? type.slice(0, 60) : 'no type';
      return this.#flaw('unknown', lineNumber, what);
    }
    const problem = eventChecks[type as JournalEvent['type']](value);
    return problem === null
      ? this.#keep(value as JournalEvent, lineNumber)
      : this.#flaw('shape', lineNumber, `${type}: ${problem}`);
  }

  #keep(event: JournalEvent, lineNumber: number): JournalEvent | null {
    const started = this.#first !== undefined;
    if (!started && event.type !== 'run.start') return this.#flaw('before', lineNumber, event.type);
    if (started && event.type === 'run.start') return this.#flaw('second run', lineNumber, event.runId);
    if (this.#flaws.has('second run')) return null;
    this.#watchClock(event, lineNumber);
    this.#first ??= event;
    return event;
  }

  /**
   * The traffic engine stamps its events on its own thread and hands them over later, so only the others must run forward;
   * a second is more than any of them waits between its stamp and the file.
   */
  #watchClock(event: JournalEvent, lineNumber: number): void {
    if (event.type.startsWith('traffic.') || event.type === 'phase.start' || event.type === 'gap') return;
    if (event.t < this.#latest - 1000) {
      const back = Math.round(this.#latest - event.t);
      this.#flaw('clock', lineNumber, `${back} ms`);
    }
    this.#latest = Math.max(this.#latest, event.t);
  }

  #requireVersion({ apiVersion }: { apiVersion?: unknown }): void {
    if (apiVersion === journalApiVersion || typeof apiVersion !== 'string') return;
    if (!apiVersion.startsWith('openbell.dev/')) return;
    throw new OpenbellError(
      `${this.#origin}: expected a journal of version ${journalApiVersion}, got ${apiVersion.slice(0, 60)}`,
      {
        code: 'JOURNAL_VERSION',
        hint: 'Another version of openbell wrote it; use that version to render it again.',
        exitCode: exitCodes.usage,
      },
    );
  }

  #flaw(kind: FlawKind, line: number, detail: string): null {
    const flaw = this.#flaws.get(kind);
    if (flaw) flaw.count += 1;
    else this.#flaws.set(kind, { count: 1, line, detail });
    return null;
  }

  /** What was wrong. */
  finish(): string[] {
    const lines = this.#lines;
    const first = this.#first;
    if (first?.type !== 'run.start' || first.kind !== 'Journal' || first.apiVersion !== journalApiVersion) {
      throw new OpenbellError(
        `${this.#origin}: expected a journal of openbell, whose first line starts a run, got ${this.#whatInstead(lines)}`,
        {
          code: 'JOURNAL_INVALID',
          hint: 'Name the folder of a run or its journal.ndjson; a journal cut within its first line cannot be read.',
          exitCode: exitCodes.usage,
        },
      );
    }
    return [...this.#sentences(lines)];
  }

  #whatInstead(lines: number): string {
    if (lines === 0 || (this.#flaws.size === 0 && this.#first === undefined)) return 'an empty file';
    const shape = this.#flaws.get('shape');
    if (shape?.detail.startsWith('run.start')) return `a start that cannot be read (${shape.detail})`;
    if (this.#flaws.has('before')) return 'events without the start of their run';
    if (this.#flaws.has('unknown'))
      return `lines of another kind (the first is "${this.#flaws.get('unknown')?.detail}")`;
    return this.#flaws.has('not JSON') ? 'text that is no JSON' : 'something else';
  }

  *#sentences(lines: number): Iterable<string> {
    const flaws = new Map(this.#flaws);
    const notJson = flaws.get('not JSON');
    if (notJson && this.#lastBadLine === lines) {
      yield 'The last line is incomplete: the journal was cut short while it was written.';
      notJson.count -= 1;
    }
    if (notJson && notJson.count > 0) {
      yield `${countOf(notJson, 'line is no JSON and was', 'lines are no JSON and were')} left out (line ${notJson.line} first).`;
    }
    const wordings = {
      unknown: ['event of an unknown type was', 'events of unknown types were', 'left out'],
      shape: [
        'event has an unexpected shape and was',
        'events have an unexpected shape and were',
        'left out',
      ],
      before: [
        'event stood before the start of the run and was',
        'events stood before the start of the run and were',
        'left out',
      ],
      clock: ['time the clock ran backwards', 'times the clock ran backwards', 'between two events'],
    } as const;
    for (const [kind, [one, many, rest]] of Object.entries(wordings)) {
      const flaw = flaws.get(kind as keyof typeof wordings);
      if (flaw) yield `${countOf(flaw, one, many)} ${rest} (line ${flaw.line}: ${flaw.detail}).`;
    }
    const secondRun = flaws.get('second run');
    if (secondRun) {
      yield `Another run (${secondRun.detail.slice(0, 60)}) starts at line ${secondRun.line}; everything from there on was left out.`;
    }
  }
}

function countOf({ count }: Flaw, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}
