import type { Writable } from 'node:stream';

/** A stream that may be a terminal. */
export type Output = Writable & { isTTY?: boolean; columns?: number };

/**
 * Everything of the process that commands use, made in one place, so that a test can run a command line without a
 * process of its own.
 */
export interface Context {
  /** Results. */
  stdout: Output;
  /** What is going on, for people. */
  stderr: Output;
  env: Record<string, string | undefined>;
  cwd: string;
  /** `monotonicMs()` when the process started. */
  startedAtMs: number;
  /** Calls `listener` for each SIGINT, SIGTERM and SIGHUP; returns a function that stops it. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void;
  /** Set by the command; 0 if it does not. */
  exitCode: number;
}

/** The real process. */
export function processContext(): Context {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    startedAtMs: Number(process.hrtime.bigint()) / 1e6 - performance.now(),
    onSignal(listener) {
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
    exitCode: 0,
  };
}

/** Whether colour codes may be written to `output` (https://no-color.org; FORCE_COLOR overrides). */
export function wantsColor(output: Output, env: Context['env']): boolean {
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0') return true;
  return output.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
