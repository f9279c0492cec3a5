import { randomBytes, randomInt } from 'node:crypto';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import path from 'node:path';
import { describeFault } from '../faults/index.ts';
import {
  openJournal,
  journalApiVersion,
  type RunPlan,
  type RunStart,
  type Unstamped,
} from '../journal/index.ts';
import type { Scenario } from '../scenario/index.ts';
import { monotonicMs } from '../support/index.ts';
import {
  checkName,
  saveName,
  describeShape,
  offeredPerSecond,
  phaseStarts,
  type TrafficPlan,
} from '../traffic/index.ts';
import { loadGeneratorImage, workloadObjects, type Workload } from '../workload/index.ts';
import { startChecklist } from './checklist.ts';
import type { RunContext } from './context.ts';
import { watchHost } from './observe/host.ts';
import type { RunOptions } from './run.ts';
import { createRunFolder, runFolderName } from './run-folder.ts';
import { openbellVersion } from './version.ts';

/** The file of a run that everything else follows from. */
export const journalFile = 'journal.ndjson';

/** A run that has its folder, its journal and its plan. */
export async function openRun(options: RunOptions): Promise<{ context: RunContext; workload: Workload }> {
  const { scenario, keep, hardSignal, observer = {} } = options;
  const lost = new AbortController();
  const signal = AbortSignal.any([options.signal, lost.signal]);
  const seed = options.seed ?? scenario.seed ?? randomInt(2 ** 31);
  const originMs = options.startedAtMs ?? monotonicMs();
  const originWall = Date.now() - (monotonicMs() - originMs);
  const runId = randomBytes(4).toString('hex');
  const namespace = options.namespace ?? `openbell-${runId}`;
  // A workload that cannot be deployed is refused before anything is made.
  const workload = workloadObjects(scenario.workload, { namespace, runId });
  if (scenario.trafficPods !== undefined) workload.images.push(loadGeneratorImage());

  const name = options.folderName ?? runFolderName(scenario.name, originWall);
  const folder = await createRunFolder(options.outDir, name);
  const journal = openJournal(path.join(folder, journalFile), { originMs, originWall });
  journal.onEvent((event) => observer.onEvent?.(event));
  observer.onStart?.({ runId, folder });
  journal.record({
    ...runStart(scenario, seed),
    runId,
    originWall: new Date(originWall).toISOString(),
    t: 0,
  });
  journal.record(runPlan(scenario, namespace, workload));
  watchHost(journal);
  for (const message of scenario.warnings) journal.record({ type: 'note', level: 'warning', message });
  const steps = startChecklist(journal, observer);
  const context = {
    runId,
    namespace,
    namespaceGiven: options.namespace !== undefined,
    folder,
    scenario,
    seed,
    keep,
    shared: options.shared === true,
    ledger: options.ledger === true,
    kept: null,
    journal,
    steps,
    observer,
    signal,
    lost,
    hardSignal,
  };
  return { context, workload };
}

function runStart(
  { name, title, description, origin, source }: Scenario,
  seed: number,
): Omit<Unstamped<RunStart>, 'runId' | 'originWall'> {
  return {
    type: 'run.start',
    apiVersion: journalApiVersion,
    kind: 'Journal',
    openbellVersion,
    seed,
    scenario: { name, title, description, origin, source },
    machine: {
      os: `${platform()} ${release()}`,
      arch: arch(),
      cpuModel: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      nodeVersion: process.version,
    },
  };
}

function runPlan(scenario: Scenario, namespace: string, workload: Workload): Unstamped<RunPlan> {
  const { traffic, faults, expect, expectOverTrials = [], goodResponseMs } = scenario;
  const starts = phaseStarts(traffic);
  const { deployment, service, hpa } = workload;
  return {
    type: 'run.plan',
    phases: traffic.phases.map(({ name, durationMs, rate }, index) => ({
      name,
      startMs: starts[index] ?? 0,
      durationMs,
      shape: describeShape(rate),
    })),
    offeredPerSecond: offeredPerSecond(traffic),
    faults: faults.map((spec) => {
      const { id, type, atMs } = spec;
      return { id, type, atMs, description: describeFault(spec) };
    }),
    expectations: expect.map(({ rule }) => rule),
    ...(expectOverTrials.length === 0 ? {} : { trialExpectations: expectOverTrials.map(({ rule }) => rule) }),
    ...checksOf(traffic),
    goodResponseMs,
    workload: { namespace, deployment, service, hpa },
    ...(scenario.economy === undefined ? {} : { economy: scenario.economy }),
  };
}

function checksOf({ requests }: TrafficPlan): Pick<Unstamped<RunPlan>, 'checks'> {
  const checks = requests.flatMap(({ name, checks = [], saves = [] }) => [
    ...checks.map((check) => checkName(name, check)),
    ...saves.map((save) => saveName(name, save)),
  ]);
  return checks.length === 0 ? {} : { checks };
}
