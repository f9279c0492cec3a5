import { closeSync, fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { OpenbellError, messageOf, monotonicMs } from '../support/index.ts';
import type { JournalEvent, Recorder, Unstamped } from './events.ts';

/** Where t = 0 lies. */
export interface JournalOrigin {
  /** `monotonicMs()` at the run's origin. */
  originMs: number;
  /** Wall-clock milliseconds since 1970 at the run's origin. */
  originWall: number;
}

/** Called with each event as it is recorded, in order. */
export type JournalObserver = (event: JournalEvent) => void;

/** A journal that is being written. */
export interface Journal extends Recorder {
  readonly path: string;
  readonly originMs: number;
  readonly originWall: number;
  /** Milliseconds since the run's origin of a wall-clock instant (ms since 1970), for time stamps that Kubernetes made. */
  fromWall(wallMs: number): number;
  /** Lets `observer` see every event from now on. @returns how to stop it. */
  onEvent(observer: JournalObserver): () => void;
  /** Hands everything recorded so far to the operating system. */
  flush(): void;
  /**
   * Writes the rest and closes the file; what is recorded afterwards is left out. Safe to call twice.
   *
   * @throws {OpenbellError} `JOURNAL_NOT_WRITTEN` when the disk did not take it.
   */
  close(): void;
}

const flushEveryMs = 500;
const flushAtChars = 1 << 18;

/**
 * Starts the journal at `path`, making its folder. Recording is synchronous and costs no system call; the file gets whole
 * lines twice a second, when much has gathered, and on close, so that a killed process loses at most half a second.
 *
 * @throws {OpenbellError} `JOURNAL_EXISTS`: a journal is never overwritten; `JOURNAL_NOT_WRITTEN`: the path cannot be written.
 */
export function openJournal(path: string, origin: JournalOrigin): Journal {
  return new FileJournal(path, origin);
}

class FileJournal implements Journal {
  readonly path: string;
  readonly originMs: number;
  readonly originWall: number;
  readonly #file: number;
  readonly #timer: NodeJS.Timeout;
  readonly #observers = new Set<JournalObserver>();
  #lines: string[] = [];
  #chars = 0;
  /** Bytes the disk has not taken yet, for example because it was full. */
  #rest = Buffer.alloc(0);
  #closed = false;

  constructor(path: string, { originMs, originWall }: JournalOrigin) {
    this.path = path;
    this.originMs = originMs;
    this.originWall = originWall;
    this.#file = createFile(path);
    this.#timer = setInterval(() => this.#tryFlush(), flushEveryMs);
    this.#timer.unref();
  }

  now(): number {
    return monotonicMs() - this.originMs;
  }

  fromWall(wallMs: number): number {
    return wallMs - this.originWall;
  }

  record(event: Unstamped<JournalEvent>): void {
    if (this.#closed) return;
    const t = Math.round((event.t ?? this.now()) * 1000) / 1000;
    // The time stands first in the line, for people who read the file.
    const stamped: JournalEvent = Object.assign({ t }, event, { t });
    const line = JSON.stringify(stamped);
    this.#lines.push(line);
    this.#chars += line.length;
    if (this.#chars >= flushAtChars) this.#tryFlush();
    for (const observer of this.#observers) this.#show(stamped, observer);
  }

  /** An observer that throws is let go: watching a run must not disturb it. */
  #show(event: JournalEvent, observer: JournalObserver): void {
    try {
      observer(event);
    } catch (error) {
      this.#observers.delete(observer);
      this.record({
        type: 'note',
        level: 'warning',
        message: `An observer of the run failed: ${messageOf(error)}`,
      });
    }
  }

  onEvent(observer: JournalObserver): () => void {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  flush(): void {
    if (this.#closed) return;
    if (this.#lines.length > 0) {
      this.#rest = Buffer.concat([this.#rest, Buffer.from(`${this.#lines.join('\n')}\n`)]);
      this.#lines = [];
      this.#chars = 0;
    }
    while (this.#rest.length > 0) {
      this.#rest = this.#rest.subarray(writeSync(this.#file, this.#rest));
    }
  }

  /** A disk that is full for a moment is tried again half a second later; close reports it when it stays so. */
  #tryFlush(): void {
    try {
      this.flush();
    } catch {
      // What was not taken stays in #rest.
    }
  }

  close(): void {
    if (this.#closed) return;
    clearInterval(this.#timer);
    try {
      this.flush();
      fdatasyncSync(this.#file);
    } catch (error) {
      throw notWritten(this.path, error);
    } finally {
      this.#closed = true;
      closeSync(this.#file);
    }
  }
}

function createFile(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Append and exclusive: what is written is never rewritten, and no other run's journal is touched.
    return openSync(path, 'ax');
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && syscall === 'open') {
      throw new OpenbellError(`expected to start a new journal at ${path}, but a file is there already`, {
        code: 'JOURNAL_EXISTS',
        hint: 'Choose another folder with --out, or move the file away.',
        cause: error,
      });
    }
    throw notWritten(path, error);
  }
}

function notWritten(path: string, cause: unknown): OpenbellError {
  return new OpenbellError(`the journal ${path} could not be written`, {
    code: 'JOURNAL_NOT_WRITTEN',
    hint: 'Check that the folder may be written and that the disk has room, or choose another with --out.',
    cause,
  });
}
