import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  renderIndex,
  resultSchema,
  trialsSchema,
  type IndexedComparison,
  type IndexedRun,
  type IndexedTrials,
  type Result,
} from '../report/index.ts';
import { writeAtomically } from './run-folder.ts';
import { openbellVersion } from './version.ts';

const indexFile = 'index.html';
/** What a page of openbell says of itself; another page of that name is somebody else's and stays as it is. */
const ownMark = '<meta name="generator" content="openbell ';

/**
 * Writes the page that leads to the runs, trials and comparisons of a folder, `index.html`. A page of that name that openbell did not write is left
 * alone; where the folder cannot be written there is no index, because a run is worth more than the way to it.
 *
 * @param outDir The folder that holds the runs' folders.
 * @param options.onlyAgain Only where there is one already.
 */
export async function writeReportsIndex(outDir: string, { onlyAgain = false } = {}): Promise<void> {
  const file = path.join(outDir, indexFile);
  const present = await textOf(file);
  if (present === null ? onlyAgain : !present.slice(0, 4000).includes(ownMark)) return;
  const entries = await readdir(outDir, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const pages = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.html'));
  const found = {
    runs: await all(folders.map((name) => indexedRun(outDir, name))),
    trials: await all(folders.map((name) => indexedTrials(outDir, name))),
    comparisons: await all(pages.map(({ name }) => indexedComparison(outDir, name))),
  };
  if (found.runs.length + found.trials.length + found.comparisons.length === 0) return;
  await writeAtomically(file, renderIndex(found, openbellVersion)).catch(() => undefined);
}

async function all<T>(wanted: Promise<T | null>[]): Promise<T[]> {
  return (await Promise.all(wanted)).filter((one) => one !== null);
}

/** Trials are known by their result; while they go on they have none. */
async function indexedTrials(outDir: string, folder: string): Promise<IndexedTrials | null> {
  const text = await textOf(path.join(outDir, folder, 'trials.json'));
  const parsed = text === null ? null : trialsSchema.safeParse(jsonOf(text));
  return parsed?.success === true ? { folder, result: parsed.data } : null;
}

/** What a comparison's page is called; other pages are nobody's business. */
const comparisonTitle = /<title>([^<]*) compared – openbell<\/title>/;

async function indexedComparison(outDir: string, file: string): Promise<IndexedComparison | null> {
  const page = path.join(outDir, file);
  const head = (await textOf(page))?.slice(0, 4000) ?? '';
  const title = head.includes(ownMark) ? comparisonTitle.exec(head)?.[1] : undefined;
  if (title === undefined) return null;
  const written = await stat(page).catch(() => null);
  return written === null ? null : { file, title: plainText(title), writtenAt: written.mtime.toISOString() };
}

/** Text as it was before it was made safe for a page. */
function plainText(escaped: string): string {
  return escaped
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
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
  return resultSchema.safeParse(jsonOf(text)).data ?? null;
}

async function textOf(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}
