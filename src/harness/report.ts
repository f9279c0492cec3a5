import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { findingsOf, latenciesOf, Recording, type Findings } from '../analysis/index.ts';
import { scanJournal } from '../journal/index.ts';
import {
  histogramLogOf,
  seriesCsv,
  renderJunit,
  renderMarkdown,
  renderReport,
  resultOf,
} from '../report/index.ts';
import { journalFile } from './open-run.ts';
import { writeReportsIndex } from './reports-index.ts';
import { writeAtomically, writePieces } from './run-folder.ts';

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
  const { recording, problems } = await readAndLog(journal, path.join(folder, 'latency.hlog'));
  const findings = findingsOf(recording, problems);
  const reportPath = path.join(folder, 'report.html');
  const resultPath = path.join(folder, 'result.json');
  await writeAtomically(reportPath, renderReport(findings));
  await writeAtomically(resultPath, `${JSON.stringify(resultOf(findings), null, 2)}\n`);
  await writeAtomically(path.join(folder, 'report.md'), renderMarkdown(findings));
  await writeAtomically(path.join(folder, 'junit.xml'), renderJunit(findings));
  await writeAtomically(path.join(folder, 'seconds.csv'), seriesCsv(findings));
  await writeReportsIndex(path.dirname(folder), { onlyAgain: true });
  return { findings, reportPath, resultPath };
}

/** The histogram log is written as the journal is read: it is as long as most of that, and nothing else needs all of it. */
async function readAndLog(
  journal: string,
  logFile: string,
): Promise<{ recording: Recording; problems: string[] }> {
  const recording = new Recording();
  const problems = await writePieces(logFile, async (add) => {
    let pending = '';
    const read = await scanJournal(journal, async (event) => {
      const latencies = event.type === 'traffic.second' ? latenciesOf(event) : undefined;
      recording.take(event, latencies);
      pending += histogramLogOf(event, latencies);
      if (pending.length < logPiece) return;
      const piece = pending;
      pending = '';
      await add(piece);
    });
    await add(pending);
    return read;
  });
  return { recording, problems };
}

const logPiece = 1 << 20;

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
