import { randomInt } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import {
  faultsOf,
  isEnough,
  parseStatisticRule,
  pricesOf,
  parseUntil,
  trialOf,
  type Trial,
  type TrialSet,
  type UntilRule,
} from '../../analysis/index.ts';
import type { ClusterProvider } from '../../cluster/index.ts';
import { journalApiVersion } from '../../journal/index.ts';
import type { Scenario } from '../../scenario/index.ts';
import { OpenbellError, exitCodes, monotonicMs } from '../../support/index.ts';
import { runScenario, type RunOptions, type RunResult } from '../run.ts';
import { writeReportsIndex } from '../reports-index.ts';
import { createRunFolder, runFolderName } from '../run-folder.ts';
import { openbellVersion } from '../version.ts';
import { appendLine, manifestFile, readManifest, type Manifest, type TrialsStart } from './manifest.ts';
import { readTrials } from './read-set.ts';
import { writeTrials, type RenderedTrials } from './render.ts';
import { trialSeed } from './seeds.ts';
import { sharedCluster } from './shared-cluster.ts';

/** What is to be repeated, how often, and how it is judged. */
export interface TrialsOptions {
  scenario: Scenario;
  provider: ClusterProvider;
  /** A namespace that is there already, as for a run. */
  namespace?: string | undefined;
  /** The trials' own folder. One that holds such trials already is gone on with; null makes a new one in `reports`. */
  folder: string | null;
  count: number;
  /** Whether each trial has a cluster of its own. */
  cluster: 'fresh' | 'reused';
  /** Rules on statistics, such as `fault.node.outage.p90 < 8s`. */
  expect: readonly string[];
  /** When fewer trials are enough, such as `outage:5%`. */
  until: string | null;
  /** The trials' seeds follow from it; left out: the scenario's, else one that is drawn. */
  seed?: number | undefined;
  signal: AbortSignal;
  hardSignal: AbortSignal;
  observer?: TrialsObserver;
}

/** Told what happens in the trials. */
export interface TrialsObserver {
  onFolder?(folder: string, done: readonly Trial[]): void;
  /** What to tell while the trial goes on. */
  onTrialStart?(trial: TrialAhead): RunOptions['observer'];
  onTrialDone?(trial: Trial, ahead: TrialAhead): void;
}

/** Where the trials stand. */
export interface TrialAhead {
  number: number;
  count: number;
  seed: number;
  /** How long the rest will take, judged by the trials of this process; null before the first. */
  leftMs: number | null;
  /** All that are done. */
  trials: readonly Trial[];
}

/** After so many trials in a row that did not work the rest would not either. */
const mostFailures = 3;

/**
 * Repeats a scenario, each time with a seed of its own, and writes trials.html and trials.json. Trials that are done are never
 * done again: after an interruption or a kill the same call on the same folder goes on.
 *
 * @throws {OpenbellError} `USAGE` when a rule cannot be understood or the folder holds other trials; as `runScenario`.
 */
export async function runTrials(
  options: TrialsOptions,
): Promise<RenderedTrials & { folder: string; failure: OpenbellError | null }> {
  const { scenario, count, observer = {}, signal } = options;
  const faults = scenario.faults.map(({ id, type }) => ({ id, type }));
  for (const rule of options.expect) parseStatisticRule(rule, faults);
  const until = options.until === null ? null : parseUntil(options.until, faults);

  const { folder, manifest } = await openTrials(options);
  const plan = { type: 'trials.plan' as const, count, expect: [...options.expect], until: options.until };
  await appendLine(folder, plan);
  manifest.plan = plan;
  const set = await readTrials(folder, manifest);
  set.faults = faults;
  set.rules = (scenario.expectOverTrials ?? []).map(({ rule }) => rule);
  observer.onFolder?.(folder, set.trials);

  const failure = await makeTrials(options, { folder, manifest, set, until });
  const rendered = await writeTrials(folder, manifest, set);
  await writeReportsIndex(path.dirname(folder), { onlyAgain: options.folder !== null });
  return { ...rendered, folder, failure: signal.aborted ? null : failure };
}

interface Going {
  folder: string;
  manifest: Manifest;
  set: TrialSet;
  until: UntilRule | null;
}

/** Runs what is missing. @returns what ended it before its time. */
async function makeTrials(
  options: TrialsOptions,
  { folder, manifest, set, until }: Going,
): Promise<OpenbellError | null> {
  const { count, observer = {}, signal } = options;
  const shared = options.cluster === 'reused' ? sharedCluster(options.provider) : null;
  const provider = shared?.provider ?? options.provider;
  const startedAt = monotonicMs();
  const before = set.trials.length;
  let failures = 0;
  try {
    while (set.trials.length < count && !signal.aborted) {
      if (until !== null && isEnough(until, set.trials) !== null) return null;
      const number = firstMissing(manifest);
      const seed = trialSeed(manifest.start.seed, number);
      const ahead = (): TrialAhead => {
        const made = set.trials.length - before;
        const each = made === 0 ? null : (monotonicMs() - startedAt) / made;
        const leftMs = each === null ? null : each * (count - set.trials.length);
        return { number, count, seed, leftMs, trials: set.trials };
      };
      const result = await runScenario({
        ...runOptions(options, provider),
        outDir: folder,
        folderName: `trial-${String(number).padStart(2, '0')}`,
        seed,
        shared: shared !== null,
        observer: observer.onTrialStart?.(ahead()) ?? {},
      });
      if (signal.aborted) return null;
      const trial = await recordTrial(result, { folder, manifest, set, number, seed });
      observer.onTrialDone?.(trial, ahead());
      failures = result.failure === null ? 0 : failures + 1;
      if (failures === mostFailures) return result.failure;
      // A cluster on which a run went wrong may be the reason.
      if (failures > 0) await shared?.end();
    }
    return null;
  } finally {
    await shared?.end();
  }
}

function runOptions(
  { scenario, namespace, signal, hardSignal }: TrialsOptions,
  provider: ClusterProvider,
): Pick<RunOptions, 'scenario' | 'provider' | 'namespace' | 'keep' | 'signal' | 'hardSignal'> {
  return { scenario, provider, namespace, keep: false, signal, hardSignal };
}

async function recordTrial(
  { findings, outDir, exitCode }: RunResult,
  { folder, manifest, set, number, seed }: Omit<Going, 'until'> & { number: number; seed: number },
): Promise<Trial> {
  const name = path.basename(outDir);
  const done = { type: 'trial.done' as const, number, seed, folder: name, exitCode };
  await appendLine(folder, done);
  manifest.done.push(done);
  const trial = trialOf(findings, { number, folder: name });
  set.faults = faultsOf(findings);
  Object.assign(set, pricesOf(findings));
  set.trials.push(trial);
  return trial;
}

function firstMissing({ done }: Manifest): number {
  const numbers = new Set(done.map(({ number }) => number));
  let number = 1;
  while (numbers.has(number)) number += 1;
  return number;
}

/** The folder of the trials, new or gone on with. */
async function openTrials(options: TrialsOptions): Promise<{ folder: string; manifest: Manifest }> {
  const { scenario, folder: asked, provider, cluster } = options;
  const found = asked === null ? null : await readManifest(asked);
  if (asked !== null && found !== null) {
    refuseOthers(options, found.start);
    return { folder: path.resolve(asked), manifest: found };
  }
  const folder = await newFolder(asked, scenario.name);
  const { name, title, origin, source } = scenario;
  const start: TrialsStart = {
    type: 'trials.start',
    apiVersion: journalApiVersion,
    kind: 'Trials',
    openbellVersion,
    startedAt: new Date().toISOString(),
    scenario: { name, title, origin, source },
    speedup: scenario.cluster.timings.speedup,
    provider: provider.name,
    cluster,
    seed: options.seed ?? scenario.seed ?? randomInt(2 ** 31),
  };
  await appendLine(folder, start);
  return { folder, manifest: { start, plan: null, done: [] } };
}

async function newFolder(asked: string | null, scenario: string): Promise<string> {
  if (asked === null) return createRunFolder('reports', runFolderName(`${scenario}-trials`, Date.now()));
  const folder = path.resolve(asked);
  const holds = await readdir(folder).catch(() => []);
  if (holds.length > 0) {
    throw usage(
      `expected trials or nothing in ${folder}, which holds other files and no ${manifestFile}`,
      'Name another folder with --out.',
    );
  }
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new OpenbellError(`expected to make the folder ${folder}, but that cannot be written`, {
      code: 'OUT_DIR_NOT_WRITABLE',
      hint: 'Choose another with --out, or change its permissions.',
      cause,
    });
  });
  return folder;
}

/** Trials of one folder differ in nothing but their seed. */
function refuseOthers({ scenario, provider, cluster, seed }: TrialsOptions, start: TrialsStart): void {
  const differences = [
    scenario.source !== start.scenario.source &&
      `the scenario (${start.scenario.name} as it was on ${start.startedAt})`,
    scenario.cluster.timings.speedup !== start.speedup && `the speed-up (${start.speedup})`,
    provider.name !== start.provider && `the provider (${start.provider})`,
    cluster !== start.cluster && `whether clusters are ${start.cluster}`,
    seed !== undefined && seed !== start.seed && `the seed (${start.seed})`,
  ].filter((difference) => difference !== false);
  if (differences.length === 0) return;
  throw usage(
    `the trials in this folder differ from what was asked in ${differences.join(', ')}`,
    'Go on with what they are, or name another folder with --out.',
  );
}

function usage(message: string, hint: string): OpenbellError {
  return new OpenbellError(message, { code: 'USAGE', exitCode: exitCodes.usage, hint });
}
