import { spawn } from 'node:child_process';
import { OpenbellError } from './errors.ts';
import { signalGroup } from './processes.ts';

/** How a command is run. */
export interface CommandOptions {
  /** Ends the command with all that it started; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Written to its standard input. */
  input?: string;
  /** Variables besides, or instead of, those of this process. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Called with each line of its output, of both streams, as it comes. */
  onLine?: (line: string) => void;
  /** After so long it is ended and has failed; 60 s when left out. */
  timeoutMs?: number;
  /** Told the process group's id as soon as there is one. */
  onStart?: (groupId: number) => void;
}

/** What a command wrote. */
export interface CommandOutput {
  stdout: string;
  stderr: string;
}

/**
 * A command that did not end well. Its message holds a line that can be pasted into a shell and the last lines of its output.
 * `code` is `COMMAND_MISSING`, `COMMAND_TIMEOUT` or `COMMAND_FAILED`.
 */
export class CommandError extends OpenbellError {
  /** Everything it wrote, both streams. */
  readonly output: string;

  constructor(message: string, { code, output }: { code: string; output: string }) {
    super(message, { code });
    this.output = output;
  }
}

/** From SIGTERM to SIGKILL. */
const graceMs = 5_000;
const outputLinesShown = 15;

/**
 * Runs a program to its end, in a process group of its own: Ctrl-C in the terminal reaches only us, and whatever the program
 * started ends with it.
 *
 * @throws {CommandError} when it is not there, takes too long, or ends with anything but 0.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { signal, input = '', env = {}, cwd, onLine, timeoutMs = 60_000, onStart }: CommandOptions = {},
): Promise<CommandOutput> {
  signal?.throwIfAborted();
  const child = spawn(command, args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const { promise: ended, resolve, reject } = Promise.withResolvers<string | null>();
  child.once('error', reject);
  child.once('close', (status, by) => resolve(status === 0 ? null : (by ?? `exit code ${status}`)));
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    const tell = onLine === undefined ? null : lineByLine(onLine);
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      written[stream] += text;
      tell?.(text);
    });
  }
  // A program that does not read its input may be gone before it is written.
  child.stdin.on('error', () => {});
  child.stdin.end(input);

  let late = false;
  let grace: NodeJS.Timeout | undefined;
  const end = (): void => {
    const group = child.pid;
    if (group === undefined) return;
    signalGroup(group, 'SIGTERM');
    grace = setTimeout(() => signalGroup(group, 'SIGKILL'), graceMs);
  };
  const deadline = setTimeout(() => {
    late = true;
    end();
  }, timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  if (child.pid !== undefined) onStart?.(child.pid);
  const shown = [command, ...args].map(quoted).join(' ');
  const output = (): string => `${written.stdout}${written.stderr}`;
  try {
    const failure = await ended;
    signal?.throwIfAborted();
    if (failure === null) return written;
    const why = late ? `it took longer than ${timeoutMs / 1000} s` : failure;
    throw new CommandError(`${shown}\n  failed: ${why}${tail(output())}`, {
      code: late ? 'COMMAND_TIMEOUT' : 'COMMAND_FAILED',
      output: output(),
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const missing = `expected the program "${command}" on PATH, found none`;
    throw new CommandError(missing, { code: 'COMMAND_MISSING', output: '' });
  } finally {
    clearTimeout(deadline);
    clearTimeout(grace);
    signal?.removeEventListener('abort', end);
  }
}

function lineByLine(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split(/\r?\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') onLine(line);
  };
}

function tail(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines
    .slice(-outputLinesShown)
    .map((line) => `\n    ${line}`)
    .join('');
}

/** As a POSIX shell would have to be given it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
