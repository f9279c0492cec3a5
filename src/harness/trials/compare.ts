import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  combineLanes,
  compare,
  faultsOf,
  lanesOf,
  parseGate,
  pricesOf,
  trialOf,
  usedOf,
  type Comparison,
  type Findings,
  type RunLanes,
  type Side,
  type Trial,
  type TrialSet,
} from '../../analysis/index.ts';
import { renderComparison } from '../../report/index.ts';
import { OpenbellError, exitCodes } from '../../support/index.ts';
import { journalFile } from '../open-run.ts';
import { writeReportsIndex } from '../reports-index.ts';
import { writeAtomically } from '../run-folder.ts';
import { openbellVersion } from '../version.ts';
import { manifestFile, readManifest } from './manifest.ts';
import { readFindings, readTrials } from './read-set.ts';

/** What is to be compared, and when that is a failure. */
export interface CompareOptions {
  /** Folders of a run or of trials. */
  a: string;
  b: string;
  /** Limits such as `outage +10%`. */
  failOn: readonly string[];
  /** The page's file. */
  out: string;
}

/**
 * Compares B with A from their journals, and writes a page of it.
 *
 * @throws {OpenbellError} `NOT_COMPARABLE` when a folder holds neither a run nor trials; `USAGE` when a limit cannot be understood; as
 *   `readJournal`.
 */
export async function compareFolders({
  a,
  b,
  failOn,
  out,
}: CompareOptions): Promise<{ comparison: Comparison; reportPath: string }> {
  const [sideA, sideB] = [await readSide(a), await readSide(b)];
  labelApart(sideA, sideB);
  const gates = failOn.map((rule) => parseGate(rule, sideA.set.faults, sideB.set.faults));
  const comparison = compare(sideA, sideB, gates);
  const reportPath = path.resolve(out);
  await mkdir(path.dirname(reportPath), { recursive: true });
  await writeAtomically(reportPath, renderComparison(comparison, openbellVersion));
  await writeReportsIndex(path.dirname(reportPath), { onlyAgain: true });
  return { comparison, reportPath };
}

async function readSide(folder: string): Promise<Side> {
  const found = await stat(folder).catch(() => null);
  const manifest = found?.isDirectory() === true ? await readManifest(folder) : null;
  const lanes = new Map<Trial, RunLanes>();
  let circumstances: Record<string, string> = {};
  const keep = (findings: Findings, trial: Trial): void => {
    lanes.set(trial, lanesOf(findings));
    circumstances = circumstancesOf(findings);
  };
  const set = manifest === null ? await readRun(folder, keep) : await readTrials(folder, manifest, keep);
  return {
    label: path.basename(path.resolve(folder)),
    set,
    lanes: combineLanes(usedOf(set.trials).used.flatMap((trial) => lanes.get(trial) ?? [])),
    circumstances,
  };
}

/** A single run as a set of one. */
async function readRun(run: string, keep: (findings: Findings, trial: Trial) => void): Promise<TrialSet> {
  const found = await stat(run).catch(() => null);
  const folder = found?.isFile() === true ? path.dirname(run) : run;
  const journal = await stat(path.join(folder, journalFile)).catch(() => null);
  if (journal === null) {
    throw new OpenbellError(
      `expected a run or trials in ${run}, but it has neither ${journalFile} nor ${manifestFile}`,
      {
        code: 'NOT_COMPARABLE',
        exitCode: exitCodes.usage,
        hint: 'Name folders that openbell run or openbell trials wrote.',
      },
    );
  }
  const findings = await readFindings(folder);
  const trial = trialOf(findings, { number: 1, folder: path.basename(path.resolve(folder)) });
  keep(findings, trial);
  const { name, title } = findings.run.scenario;
  return {
    scenario: { name, title },
    provider: findings.cluster?.provider ?? null,
    faults: faultsOf(findings),
    ...pricesOf(findings),
    trials: [trial],
  };
}

/** What might explain a difference besides what was meant to differ. */
function circumstancesOf(findings: Findings): Record<string, string> {
  const { run, cluster, plan } = findings;
  const { os, cpuModel, cores, nodeVersion } = run.machine;
  const timings = Object.entries(cluster?.timings ?? {}).map(([name, value]) => [
    `timing ${name}`,
    String(value),
  ]);
  return {
    scenario: run.scenario.name,
    openbell: run.openbellVersion,
    machine: `${cores} × ${cpuModel}, ${os}`,
    'Node.js': nodeVersion,
    provider: cluster?.provider ?? 'none',
    Kubernetes: cluster?.kubernetesVersion ?? 'none',
    'offered load': (plan?.phases ?? [])
      .map(({ name, durationMs, shape }) => `${name} ${durationMs / 1000} s ${shape}`)
      .join('; '),
    faults: (plan?.faults ?? [])
      .map(({ description, atMs }) => `${description} at ${atMs / 1000} s`)
      .join('; '),
    'good response':
      plan === null || plan.goodResponseMs === null ? 'not stated' : `${plan.goodResponseMs} ms`,
    prices: pricesOf(findings).prices ?? 'not stated',
    ...Object.fromEntries(timings),
  };
}

/** Folders of the same name in different places are told apart by where they lie. */
function labelApart(a: Side, b: Side): void {
  if (a.label !== b.label) return;
  a.label = `${a.label} (A)`;
  b.label = `${b.label} (B)`;
}
