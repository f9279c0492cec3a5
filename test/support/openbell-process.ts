import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { until } from '../../src/support/index.ts';
import { Traces } from './leftovers.ts';

const program = fileURLToPath(new URL('../../src/cli/openbell.js', import.meta.url));

/** How a command ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A temporary folder for commands that know nothing of each other's, and what they leave in it. */
export class Lab implements AsyncDisposable {
  // Short: the path of a Unix socket must fit into 108 bytes.
  readonly tmp = mkdtempSync(join(tmpdir(), 'ob-'));
  readonly out = join(this.tmp, 'out');
  readonly traces = new Traces(this.tmp, ['out']);
  readonly #commands: Command[] = [];

  /** A test that is given up never gets to its end; what it started ends with this process at the latest. */
  readonly #onExit = (): void => this.#killAll();

  constructor() {
    mkdirSync(this.out);
    process.once('exit', this.#onExit);
  }

  /** Starts `openbell <words>`. */
  openbell(...words: string[]): Command {
    return this.start(process.execPath, [program, ...words]);
  }

  /** Starts `openbell run <scenario of this folder> --out <ours>`. */
  run(scenario: string, ...options: string[]): Command {
    const file = fileURLToPath(new URL(`../faults/scenarios/${scenario}.yaml`, import.meta.url));
    return this.openbell('run', file, '--out', this.out, ...options);
  }

  /** Starts any program with this folder as its TMPDIR. */
  start(file: string, words: string[]): Command {
    const command = new Command(file, words, this);
    this.#commands.push(command);
    return command;
  }

  /** The folders of the runs that were made so far. */
  runFolders(): string[] {
    const entries = readdirSync(this.out).map((entry) => join(this.out, entry));
    return entries.filter((entry) => existsSync(join(entry, 'journal.ndjson')));
  }

  /** The only run's folder. */
  runFolder(): string {
    const [folder, ...others] = this.runFolders();
    if (folder === undefined || others.length > 0) throw new Error(`expected one run in ${this.out}`);
    return folder;
  }

  /** The only run's result.json, or the one of the folder given. */
  result(folder = this.runFolder()): { verdict: string; exitCode: number; requests: Record<string, number> } {
    return JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as ReturnType<Lab['result']>;
  }

  /** The only run's journal, as far as its lines are whole. */
  journal(): ({ type: string } & Record<string, unknown>)[] {
    const file = join(this.runFolder(), 'journal.ndjson');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    return lines.map((line) => JSON.parse(line) as ReturnType<Lab['journal']>[number]);
  }

  /** Ends, with force, what a failed test left. */
  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#onExit);
    this.#killAll();
    await until(() => this.traces.look().length === 0, {
      what: 'killed processes to go',
      deadlineMs: 10_000,
    });
    rmSync(this.tmp, { recursive: true, force: true });
  }

  #killAll(): void {
    for (const command of this.#commands) command.forget();
    for (const { pid } of this.traces.look()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It went by itself.
      }
    }
  }
}

/** A command that was started, with what it printed so far. */
export class Command {
  stdout = '';
  stderr = '';
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #looking: NodeJS.Timeout;
  #end: Ended | undefined;

  constructor(file: string, words: string[], lab: Lab) {
    const { FORCE_COLOR: _, ...env } = process.env;
    const child = spawn(file, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, TMPDIR: lab.tmp, NO_COLOR: '1' },
    });
    this.pid = child.pid ?? 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    const looking = setInterval(() => lab.traces.look(this.pid), 1_000);
    this.ended = (async () => {
      const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
      clearInterval(looking);
      return (this.#end = { code, signal });
    })();
    this.#child = child;
    this.#looking = looking;
  }

  /** Resolves when standard error holds `text`; fails when the command ends without having printed it. */
  async printed(text: string | RegExp): Promise<void> {
    await until(
      () => (typeof text === 'string' ? this.stderr.includes(text) : text.test(this.stderr)) || this.#end,
      {
        what: `openbell to print ${text}`,
        deadlineMs: 60_000,
        everyMs: 5,
      },
    );
    if (typeof text === 'string' ? this.stderr.includes(text) : text.test(this.stderr)) return;
    throw new Error(`openbell ended without printing ${text}:\n${this.stderr}${this.stdout}`);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Stops looking at it. */
  forget(): void {
    clearInterval(this.#looking);
    if (this.#end === undefined) this.#child.kill('SIGKILL');
  }
}

/** What is wrong with what a command printed, for a person who reads it; a line each. */
export function unreadable({ stdout, stderr }: Pick<Command, 'stdout' | 'stderr'>): string[] {
  const lines = `${stderr}\n${stdout}`.split('\n').filter((line) => line.trim() !== '');
  // Two sentences may end alike: what follows indented goes on with the line above.
  const sentences = lines.join('\n').replaceAll(/\n\s+/g, ' ').split('\n');
  // A line of the plain view starts with the time.
  const texts = sentences.map((line) => line.replace(/^\d+:\d\d {2}/, ''));
  const twice = texts.filter((text, index) => texts.indexOf(text) !== index).map((text) => `twice: ${text}`);
  const code = lines.filter((line) =>
    /^\s+at .*\.[jt]s:\d+|^\w*Error\b|\bnode:internal|\[object |undefined/.test(line),
  );
  return [...twice, ...code.map((line) => `not for people: ${line}`)];
}
