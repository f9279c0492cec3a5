import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { renderIndex, resultSchema, type IndexedRun, type Result } from '../report/index.ts';
import { writeAtomically } from './run-folder.ts';
import { openbellVersion } from './version.ts';

const indexFile = 'index.html';
/** What a page of openbell says of itself; another page of that name is somebody else's and stays as it is. */
const ownMark = '<meta name="generator" content="openbell ';

/**
 * Writes the page that leads to the runs of a folder, `index.html`. A page of that name that openbell did not write is left
 * alone; where the folder cannot be written there is no index, because a run is worth more than the way to it.
 *
 * @param outDir The folder that holds the runs' folders.
 * @param options.onlyAgain Only where there is one already.
 */
export async function writeReportsIndex(outDir: string, { onlyAgain = false } = {}): Promise<void> {
  const file = path.join(outDir, indexFile);
  const present = await textOf(file);
  if (present === null ? onlyAgain : !present.slice(0, 4000).includes(ownMark)) return;
  const runs = await indexedRuns(outDir);
  if (runs.length === 0) return;
  await writeAtomically(file, renderIndex(runs, openbellVersion)).catch(() => undefined);
}

async function indexedRuns(outDir: string): Promise<IndexedRun[]> {
  const entries = await readdir(outDir, { withFileTypes: true }).catch(() => []);
  const runs = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map(({ name }) => indexedRun(outDir, name)),
  );
  return runs.filter((run) => run !== null);
}

/** A run is known by its journal or its result; other folders are nobody's business. */
async function indexedRun(outDir: string, folder: string): Promise<IndexedRun | null> {
  const exists = (file: string): Promise<boolean> =>
    stat(path.join(outDir, folder, file)).then(
      (found) => found.isFile(),
      () => false,
    );
  const text = await textOf(path.join(outDir, folder, 'result.json'));
  if (text === null && !(await exists('journal.ndjson'))) return null;
  return { folder, result: text === null ? null : resultOf(text), hasReport: await exists('report.html') };
}

function resultOf(text: string): Result | null {
  try {
    return resultSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function textOf(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}
