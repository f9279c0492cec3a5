import { createReadStream } from 'node:fs';
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
  const reading = new Reading(path);
  try {
    for await (const line of linesOf(path)) reading.line(line);
  } catch (cause) {
    if (cause instanceof OpenbellError) throw cause;
    throw new OpenbellError(`expected a journal at ${path}, but it cannot be read`, {
      code: 'JOURNAL_MISSING',
      hint: 'Name the folder of a run, the one that holds journal.ndjson.',
      exitCode: exitCodes.usage,
      cause,
    });
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
  for (const line of text.split('\n')) reading.line(line);
  return reading.finish();
}

/** Line by line and piece by piece, so that a journal of hundreds of megabytes is never in memory as a whole. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, start)) {
      const line = piece.subarray(start, end);
      yield (begun.length === 0 ? line : Buffer.concat([...begun, line])).toString('utf8');
      begun = [];
      start = end + 1;
    }
    if (start < piece.length) begun.push(piece.subarray(start));
  }
  if (begun.length > 0) yield Buffer.concat(begun).toString('utf8');
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
  readonly #events: JournalEvent[] = [];
  readonly #flaws = new Map<FlawKind, Flaw>();
  #lines = 0;
  #lastBadLine = 0;
  #latest = -Infinity;

  constructor(origin: string) {
    this.#origin = origin;
  }

  line(text: string): void {
    this.#lines += 1;
    if (text.trim() !== '') this.#take(text, this.#lines);
  }

  #take(line: string, lineNumber: number): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      this.#lastBadLine = lineNumber;
      this.#flaw('not JSON', lineNumber, '');
      return;
    }
    const type = (value as { type?: unknown } | null)?.type;
    if (type === 'run.start') this.#requireVersion(value as { apiVersion?: unknown });
    if (typeof type !== 'string' || !Object.hasOwn(eventChecks, type)) {
      const what = typeof type === 'string' ? type.slice(0, 60) : 'no type';
      this.#flaw('unknown', lineNumber, what);
      return;
    }
    const problem = eventChecks[type as JournalEvent['type']](value);
    if (problem === null) this.#keep(value as JournalEvent, lineNumber);
    else this.#flaw('shape', lineNumber, `${type}: ${problem}`);
  }

  #keep(event: JournalEvent, lineNumber: number): void {
    const started = this.#events.length > 0;
    if (!started && event.type !== 'run.start') return this.#flaw('before', lineNumber, event.type);
    if (started && event.type === 'run.start') return this.#flaw('second run', lineNumber, event.runId);
    if (this.#flaws.has('second run')) return;
    this.#watchClock(event, lineNumber);
    this.#events.push(event);
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

  #flaw(kind: FlawKind, line: number, detail: string): void {
    const flaw = this.#flaws.get(kind);
    if (flaw) flaw.count += 1;
    else this.#flaws.set(kind, { count: 1, line, detail });
  }

  finish(): ParsedJournal {
    const lines = this.#lines;
    const first = this.#events[0];
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
    return { events: this.#events, problems: [...this.#sentences(lines)] };
  }

  #whatInstead(lines: number): string {
    if (lines === 0 || (this.#flaws.size === 0 && this.#events.length === 0)) return 'an empty file';
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
