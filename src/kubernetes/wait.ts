import { OpenbellError } from '../support/index.ts';

/** How long to wait, for what, and what to say when it does not come. */
export interface WaitOptions {
  /** What is waited for, as it completes the sentence "gave up waiting for …". */
  what: string;
  deadlineMs: number;
  signal?: AbortSignal | undefined;
  /** What is there instead, asked for when giving up; one sentence or several lines. */
  explain?: () => string;
}

/**
 * Looks at watched objects now and after each of their changes until `look` returns something other than `undefined` or
 * `false`, and resolves with that. No polling: it resolves in the moment the change arrives.
 *
 * @throws {OpenbellError} code `DEADLINE`. Aborting rejects with the signal's reason.
 */
export function waitUntil<T>(
  watchings: readonly { subscribe(listener: () => void): () => void }[],
  look: () => T | undefined | false,
  { what, deadlineMs, signal, explain }: WaitOptions,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const unsubscribe = watchings.map((watching) => watching.subscribe(check));
    const timer = setTimeout(() => {
      finish();
      const instead = explain?.() ?? '';
      reject(
        new OpenbellError(
          `gave up waiting for ${what} after ${deadlineMs / 1000} s${instead === '' ? '' : `: ${instead}`}`,
          { code: 'DEADLINE' },
        ),
      );
    }, deadlineMs);

    function finish(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      for (const leave of unsubscribe) leave();
    }
    function aborted(): void {
      finish();
      reject(signal?.reason as Error);
    }
    function check(): void {
      try {
        const seen = look();
        if (seen === undefined || seen === false) return;
        finish();
        resolve(seen);
      } catch (error) {
        finish();
        reject(error);
      }
    }

    signal?.addEventListener('abort', aborted, { once: true });
    if (signal?.aborted === true) aborted();
    else check();
  });
}
