import path from 'node:path';
import {
  analyse,
  faultsOf,
  pricesOf,
  trialOf,
  type Findings,
  type Trial,
  type TrialSet,
} from '../../analysis/index.ts';
import { readJournal } from '../../journal/index.ts';
import { journalFile } from '../open-run.ts';
import type { Manifest } from './manifest.ts';

/** Findings of one run, from its journal. @throws {OpenbellError} as `readJournal`. */
export async function readFindings(folder: string): Promise<Findings> {
  const { events, problems } = await readJournal(path.join(folder, journalFile));
  return analyse(events, problems);
}

/** The trials of a manifest, one journal after the other; `onFindings` may keep what else it needs of each. */
export async function readTrials(
  folder: string,
  { start, done }: Manifest,
  onFindings: (findings: Findings, trial: Trial) => void = () => {},
): Promise<TrialSet> {
  const set: TrialSet = {
    scenario: { name: start.scenario.name, title: start.scenario.title },
    provider: start.provider,
    faults: [],
    trials: [],
  };
  for (const { number, folder: name } of done) {
    const findings = await readFindings(path.join(folder, name));
    const trial = trialOf(findings, { number, folder: name });
    set.faults = faultsOf(findings);
    set.rules = findings.plan?.trialExpectations ?? [];
    Object.assign(set, pricesOf(findings));
    set.trials.push(trial);
    onFindings(findings, trial);
  }
  return set;
}
