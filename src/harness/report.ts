import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { analyse, type Findings } from '../analysis/index.ts';
import { readJournal } from '../journal/index.ts';
import {
  histogramLog,
  seriesCsv,
  renderJunit,
  renderMarkdown,
  renderReport,
  resultOf,
} from '../report/index.ts';
import { journalFile } from './open-run.ts';
import { writeReportsIndex } from './reports-index.ts';
import { writeAtomically } from './run-folder.ts';

/** What a journal was rendered to. */
export interface Rendered {
  findings: Findings;
  reportPath: string;
  resultPath: string;
}

/**
 * Writes report.html, result.json, report.md, junit.xml, seconds.csv and latency.hlog beside a run's journal, from the
 * journal alone; an index of the runs around it is brought up to date.
 *
 * @param run The run's folder, or the journal in it. @throws {OpenbellError} `JOURNAL_MISSING`, `JOURNAL_INVALID`,
 *   `JOURNAL_VERSION`, `REPORT_NOT_WRITTEN`.
 */
export async function renderFromJournal(run: string): Promise<Rendered> {
  const isFile = await stat(run).then(
    (found) => found.isFile(),
    () => false,
  );
  const journal = isFile ? run : path.join(run, journalFile);
  const folder = path.resolve(path.dirname(journal));
  await expectLongJournal(journal);
  const { events, problems } = await readJournal(journal);
  const findings = analyse(events, problems);
  const reportPath = path.join(folder, 'report.html');
  const resultPath = path.join(folder, 'result.json');
  await writeAtomically(reportPath, renderReport(findings));
  await writeAtomically(resultPath, `${JSON.stringify(resultOf(findings), null, 2)}\n`);
  await writeAtomically(path.join(folder, 'report.md'), renderMarkdown(findings));
  await writeAtomically(path.join(folder, 'junit.xml'), renderJunit(findings));
  await writeAtomically(path.join(folder, 'seconds.csv'), seriesCsv(findings));
  await writeAtomically(path.join(folder, 'latency.hlog'), histogramLog(events));
  await writeReportsIndex(path.dirname(folder), { onlyAgain: true });
  return { findings, reportPath, resultPath };
}

/** A journal from which on reading it fills more memory with what is thrown away than with what is kept. */
const longJournalBytes = 16 * 1024 ** 2;

/**
 * V8 makes room in advance: 100 MB for new objects, and as much again for old ones as there are. For an hour's journal that is
 * twice what the report needs; told to grow in small steps, it takes little longer and stays below 300 MB.
 */
async function expectLongJournal(journal: string): Promise<void> {
  const size = await stat(journal).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= longJournalBytes) return;
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=25');
}
