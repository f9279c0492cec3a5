import type { Context } from './context.ts';

/** The first signal ends what goes on cleanly, the second at once. */
export interface Interruption {
  clean: AbortSignal;
  hard: AbortSignal;
  /**
   * What goes on is over. What a person sends while the last lines are printed changes neither them nor the exit code; a
   * third signal always ends the process as if nobody listened.
   */
  over(): void;
}

/** Listens to the process's signals; `what` is said to be ended. */
export function interruptible(context: Context, what: string): Interruption {
  const clean = new AbortController();
  const hard = new AbortController();
  let over = false;
  let sent = 0;
  const release = context.onSignal((signal) => {
    sent += 1;
    if (sent > 2) {
      release();
      process.kill(process.pid, signal);
    } else if (!over && sent === 2) {
      hard.abort(new Error(`${signal}, twice`));
    } else if (!over) {
      context.stderr.write(`\n${signal}: ending the ${what}; once more ends it at once\n`);
      clean.abort(new Error(signal));
    }
  });
  return { clean: clean.signal, hard: hard.signal, over: () => void (over = true) };
}
