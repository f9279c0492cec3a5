import { stat } from 'node:fs/promises';
import path from 'node:path';
import {
  analyseTrials,
  isEnough,
  parseStatisticRule,
  parseUntil,
  type TrialFindings,
  type TrialSet,
} from '../../analysis/index.ts';
import { renderTrials, trialsResultOf, type AboutTrials } from '../../report/index.ts';
import { OpenbellError, exitCodes } from '../../support/index.ts';
import { writeAtomically } from '../run-folder.ts';
import { manifestFile, readManifest, type Manifest } from './manifest.ts';
import { readTrials } from './read-set.ts';

/** What a folder of trials was rendered to. */
export interface RenderedTrials {
  findings: TrialFindings;
  about: AboutTrials;
  reportPath: string;
  resultPath: string;
}

/** Whether a folder is one that trials were made in. */
export async function holdsTrials(folder: string): Promise<boolean> {
  const found = await stat(path.join(folder, manifestFile)).catch(() => null);
  return found?.isFile() === true;
}

/**
 * Writes trials.html and trials.json into a folder of trials, from its manifest and the trials' journals alone.
 *
 * @throws {OpenbellError} `TRIALS_INVALID`, `REPORT_NOT_WRITTEN`, and as `readJournal`.
 */
export async function renderTrialsFolder(folder: string): Promise<RenderedTrials> {
  const manifest = await readManifest(folder);
  if (manifest === null) {
    throw new OpenbellError(`expected trials in ${folder}, but it has no trials.ndjson`, {
      code: 'TRIALS_INVALID',
      exitCode: exitCodes.usage,
      hint: 'Name the folder that openbell trials wrote.',
    });
  }
  return writeTrials(path.resolve(folder), manifest, await readTrials(folder, manifest));
}

/** Writes the two files of trials that were read already. */
export async function writeTrials(
  folder: string,
  manifest: Manifest,
  set: TrialSet,
): Promise<RenderedTrials> {
  const findings = findingsOf(manifest, set);
  const reportPath = path.join(folder, 'trials.html');
  const resultPath = path.join(folder, 'trials.json');
  const about = { ...manifest.start, until: manifest.plan?.until ?? null };
  await writeAtomically(reportPath, renderTrials(findings, about));
  await writeAtomically(resultPath, `${JSON.stringify(trialsResultOf(findings, about), null, 2)}\n`);
  return { findings, about, reportPath, resultPath };
}

function findingsOf({ plan, done }: Manifest, set: TrialSet): TrialFindings {
  const { faults, trials, rules: stated = [] } = set;
  const asked = plan?.expect ?? [];
  // Without a trial the faults are not known, and there is nothing to judge.
  const rules =
    trials.length === 0
      ? []
      : [...new Set([...stated, ...asked])].map((rule) => parseStatisticRule(rule, faults));
  const until =
    plan === null || plan.until === null || trials.length === 0 ? null : parseUntil(plan.until, faults);
  const ended = until === null ? null : isEnough(until, trials);
  return analyseTrials(set, {
    planned: plan?.count ?? done.length,
    ended,
    rules,
    ownMustHold: asked.length === 0,
  });
}
