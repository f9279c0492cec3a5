import { systemClock, type Clock } from './clock.ts';
import { OpenbellError, messageOf } from './errors.ts';

/** How long to wait, for what, and how often to look. */
export interface UntilOptions {
  /** What is waited for, as it completes the sentence "gave up waiting for …". */
  what: string;
  deadlineMs: number;
  /** Milliseconds between two looks; 50 when left out. */
  everyMs?: number;
  signal?: AbortSignal | undefined;
  clock?: Clock;
}

/**
 * Calls `look` until it returns something other than `undefined` or `false`, and resolves with that.
 *
 * @throws {OpenbellError} code `DEADLINE` when the deadline passes; it names what was waited for and, as its cause,
 *   what the last look threw. Aborting rejects with the signal's reason.
 */
export async function until<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { what, deadlineMs, everyMs = 50, signal, clock = systemClock }: UntilOptions,
): Promise<T> {
  const giveUpAt = clock.now() + deadlineMs;
  for (;;) {
    signal?.throwIfAborted();
    let failure: unknown;
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
    } catch (error) {
      failure = error;
    }
    if (clock.now() + everyMs > giveUpAt) {
      const why = failure === undefined ? '' : ` (last: ${messageOf(failure)})`;
      throw new OpenbellError(`gave up waiting for ${what} after ${deadlineMs} ms${why}`, {
        code: 'DEADLINE',
        cause: failure,
      });
    }
    await clock.sleep(everyMs, signal);
  }
}
