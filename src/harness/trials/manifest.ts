/** `trials.ndjson`: what the trials in a folder are, and which of them are done. Their figures are in their journals. */
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { journalApiVersion } from '../../journal/index.ts';
import { OpenbellError, exitCodes } from '../../support/index.ts';

/** Name of the file. */
export const manifestFile = 'trials.ndjson';

const startLine = z.object({
  type: z.literal('trials.start'),
  apiVersion: z.literal(journalApiVersion),
  kind: z.literal('Trials'),
  openbellVersion: z.string(),
  startedAt: z.string(),
  scenario: z.object({ name: z.string(), title: z.string(), origin: z.string(), source: z.string() }),
  speedup: z.number(),
  provider: z.string(),
  cluster: z.enum(['fresh', 'reused']),
  /** The seeds of all trials follow from it. */
  seed: z.number(),
});

const planLine = z.object({
  type: z.literal('trials.plan'),
  count: z.int().min(1),
  expect: z.array(z.string()),
  until: z.string().nullable(),
});

const doneLine = z.object({
  type: z.literal('trial.done'),
  number: z.int().min(1),
  seed: z.number(),
  folder: z.string().regex(/^[^/\\]+$/),
  exitCode: z.int(),
});

/** What the trials are. */
export type TrialsStart = z.infer<typeof startLine>;
/** What was asked for when the command was last given. */
export type TrialsPlan = z.infer<typeof planLine>;
/** One trial that ran to its end. */
export type TrialDone = z.infer<typeof doneLine>;

/** A folder's trials so far. */
export interface Manifest {
  start: TrialsStart;
  plan: TrialsPlan | null;
  done: TrialDone[];
}

/**
 * Reads the manifest of a folder. A line that was cut short is as if it had never been begun.
 *
 * @returns null when there is none. @throws {OpenbellError} `TRIALS_INVALID` when it is not openbell's.
 */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const file = path.join(folder, manifestFile);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const [first, ...rest] = text.split('\n').map(parsed);
  const start = startLine.safeParse(first);
  if (!start.success) {
    throw new OpenbellError(`expected ${file} to begin with what the trials are, got something else`, {
      code: 'TRIALS_INVALID',
      exitCode: exitCodes.usage,
      hint: 'Name another folder with --out; this one was not written by this version of openbell.',
    });
  }
  const manifest: Manifest = { start: start.data, plan: null, done: [] };
  for (const line of rest) {
    const plan = planLine.safeParse(line);
    if (plan.success) manifest.plan = plan.data;
    const done = doneLine.safeParse(line);
    if (done.success) manifest.done.push(done.data);
  }
  return manifest;
}

/** Appends a line, and sees to it that it is on the disk: a trial that is done is never done again. */
export async function appendLine(folder: string, line: TrialsStart | TrialsPlan | TrialDone): Promise<void> {
  const handle = await open(path.join(folder, manifestFile), 'a+');
  try {
    const { size } = await handle.stat();
    const { buffer } = await handle.read({
      buffer: Buffer.alloc(1),
      position: Math.max(0, size - 1),
      length: 1,
    });
    // After a line that was cut short the next begins on a line of its own.
    const gap = size > 0 && buffer.toString() !== '\n' ? '\n' : '';
    await handle.write(`${gap}${JSON.stringify(line)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
