import type { Context } from './context.ts';

/** The first signal ends what goes on cleanly, the second at once. */
export interface Interruption {
  clean: AbortSignal;
  hard: AbortSignal;
  release(): void;
}

/** Listens to the process's signals until `release`; `what` is said to be ended. */
export function interruptible(context: Context, what: string): Interruption {
  const clean = new AbortController();
  const hard = new AbortController();
  const release = context.onSignal((signal) => {
    if (clean.signal.aborted) return hard.abort(new Error(`${signal}, twice`));
    context.stderr.write(`\n${signal}: ending the ${what}; once more ends it at once\n`);
    clean.abort(new Error(signal));
  });
  return { clean: clean.signal, hard: hard.signal, release };
}
