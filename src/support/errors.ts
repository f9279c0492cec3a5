import { exitCodes, type ExitCode } from './exit-codes.ts';

/** What an error carries besides its message. */
export interface ErrorDetails {
  /** Constant, SCREAMING_SNAKE_CASE; callers match on it, never on the message. */
  code: string;
  /** What the reader can do about it, one sentence. */
  hint?: string;
  /** The exit code the process ends with when nobody handles the error; 1 when left out. */
  exitCode?: ExitCode;
  cause?: unknown;
}

/**
 * An error that was foreseen: its message says what was expected and what was got, its hint what to do.
 * Errors are printed in one place only (the command line's entry).
 */
export class OpenbellError extends Error {
  override readonly name = 'OpenbellError';
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, { code, hint, exitCode, cause }: ErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
    this.exitCode = exitCode ?? exitCodes.unexpected;
  }
}

/** The message of anything thrown, with the messages of its causes appended: `a: b: c`. */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause === undefined ? thrown.message : `${thrown.message}: ${messageOf(thrown.cause)}`;
}
