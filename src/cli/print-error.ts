import { styleText } from 'node:util';
import { OpenbellError, messageOf } from '../support/index.ts';
import { wantsColor, type Context } from './context.ts';

/** A command line that cannot be understood. */
export class UsageError extends Error {}

/** What went wrong and what to do about it, on standard error; with its place in the code only where nobody foresaw it. */
export function printError(error: unknown, context: Context): void {
  const foreseen = error instanceof OpenbellError || error instanceof UsageError;
  const text = foreseen || !(error instanceof Error) ? messageOf(error) : (error.stack ?? error.message);
  context.stderr.write(`${paint('red', 'error:', context)} ${text}\n`);
  printHint(error, context);
}

/** What to do about it, alone, where the error itself has been said. */
export function printHint(error: unknown, context: Context): void {
  const hint =
    error instanceof UsageError ? 'openbell --help' : error instanceof OpenbellError ? error.hint : undefined;
  if (hint !== undefined) context.stderr.write(`${paint('dim', 'hint:', context)}  ${hint}\n`);
}

function paint(format: 'red' | 'dim', text: string, { stderr, env }: Context): string {
  return wantsColor(stderr, env) ? styleText(format, text, { validateStream: false }) : text;
}
