/** For tests: the command line as a person starts it, in a process and with a temporary folder of its own. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Result } from '../../src/report/index.ts';

/** The command line's program. */
export const entry = fileURLToPath(new URL('../../src/cli/openbell.js', import.meta.url));

/** What a command came to. */
export interface Done {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** A folder in which commands keep clusters, runs and everything else; gone when the test is over. */
export async function workplace() {
  const temp = await mkdtempDisposable(path.join(tmpdir(), 'ob-'));
  // Clusters keep their sockets below TMPDIR: a short name for short paths.
  const tmp = path.join(temp.path, 't');
  const runs = path.join(temp.path, 'runs');
  await mkdir(tmp);
  return {
    tmp,
    runs,
    /** Runs `openbell …` to its end. */
    openbell: (...args: string[]): Promise<Done> => openbell(args, { TMPDIR: tmp }),
    /** Folders of the runs that were made. */
    runFolders: async () =>
      (await readdir(runs, { withFileTypes: true }))
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => path.join(runs, name))
        .toSorted(),
    [Symbol.asyncDispose]: () => temp.remove(),
  };
}

/** Where a scenario of the end-to-end tests lies. */
export function scenarioFile(name: string): string {
  return fileURLToPath(new URL(`scenarios/${name}.yaml`, import.meta.url));
}

/** A run's result.json, checked against the schema that is given to users. */
export async function checkedResult(textOfResult: string): Promise<Result> {
  const file = new URL('../../docs/result.schema.json', import.meta.url);
  const schema = JSON.parse(await readFile(file, 'utf8')) as Parameters<typeof z.fromJSONSchema>[0];
  return z.fromJSONSchema(schema).parse(JSON.parse(textOfResult)) as Result;
}

/**
 * A run ended with this exit code; or, where the machine was too busy for its figures to be trusted, with the code for that.
 * Which of the two is the machine's affair, that the result says the same is the run's.
 */
export function expectExit({ exitCode, stderr }: Done, result: Result, wanted: number): void {
  expect(exitCode, stderr).toBe(result.verdict === 'untrusted' ? 108 : wanted);
  expect(result.exitCode).toBe(exitCode);
}

async function openbell(args: readonly string[], env: Record<string, string>): Promise<Done> {
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, NO_COLOR: '1' },
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const [exitCode, stdout, stderr] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
  return { exitCode, stdout, stderr };
}
