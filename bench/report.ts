/**
 * What the report of a long run costs.
 *
 *   node bench/report.ts
 *
 * 1. One hour at 5,000 requests/s with 100 pods and 50 faults, imitated by a seeded generator: journal to report, in a process
 *    of its own. To reach: written in 2 s, at most 2 MB, at most 300 MB of memory, opened in Chromium within 1 s (left out
 *    where there is no Chromium).
 * 2. The same by length, from 1 minute to 4 hours: linear in the journal's size or better.
 *
 * `hour` or `lengths` as argument plays that part alone; `docs` plays both and writes docs/report-cost.md.
 */
import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { median } from '../src/analysis/index.ts';
import { largeJournal } from './support/large-journal.ts';

const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const writer = fileURLToPath(new URL('programs/write-report.ts', import.meta.url));
const folder = await mkdtemp(path.join(tmpdir(), 'openbell-bench-report-'));
try {
  const hourRows = process.argv[2] === 'lengths' ? {} : await hour();
  const lengthRows = process.argv[2] === 'hour' ? {} : await lengths();
  if (process.argv[2] === 'docs') {
    await writeFile(new URL('../docs/report-cost.md', import.meta.url), page(hourRows, lengthRows));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

type Rows = Record<string, Record<string, string | number>>;

async function hour(): Promise<Rows> {
  const { written, run } = await reportOf(60, { times: 5 });
  console.log('one hour at 5,000 requests/s, 100 pods, 50 faults');
  const rows: Rows = {
    journal: { seen: `${written.journalMb.toFixed(1)} MB`, 'to reach': '' },
    'report written': { seen: `${(written.writeMs / 1000).toFixed(2)} s`, 'to reach': '2 s' },
    'only reading its lines, with JSON.parse': {
      seen: `${(written.readMs / 1000).toFixed(2)} s`,
      'to reach': '',
    },
    'CPU of the writer': { seen: `${(written.cpuMs / 1000).toFixed(2)} s`, 'to reach': '' },
    'memory of the writer': { seen: `${written.peakMb.toFixed(0)} MB`, 'to reach': '300 MB' },
    'report.html': { seen: `${written.reportMb.toFixed(2)} MB`, 'to reach': '2 MB' },
    ...(await openedIn(run)),
  };
  console.table(rows);
  return rows;
}

async function lengths(): Promise<Rows> {
  const rows: Rows = {};
  for (const minutes of [1, 4, 15, 60, 240]) {
    const { written } = await reportOf(minutes);
    rows[`${minutes} min`] = {
      'journal, MB': Number(written.journalMb.toFixed(1)),
      'written, s': Number((written.writeMs / 1000).toFixed(2)),
      'CPU, s': Number((written.cpuMs / 1000).toFixed(2)),
      'CPU ms per MB': Number((written.cpuMs / written.journalMb).toFixed(1)),
      'memory, MB': Math.round(written.peakMb),
      'report.html, MB': Number(written.reportMb.toFixed(2)),
    };
  }
  console.table(rows);
  return rows;
}

/** The page of the docs, of these figures alone. */
function page(hourRows: Rows, lengthRows: Rows): string {
  return `# What a report costs

Written by \`node bench/report.ts docs\` on a machine with ${cpus().length} × ${cpus()[0]?.model ?? 'an unknown processor'}. The journals are
imitated by a seeded generator; the writer is a process of its own, its CPU time includes its start, and memory is the most that was
resident. A journal is read line by line; what each pod did in a second is kept in columns of numbers, histograms are summed up as they
are read, and a long run is thinned to as many points as the page may hold.

## One hour at 5,000 requests/s with 100 pods and 50 faults

${tableOf('', hourRows)}

Each time is the middle of five, reading and writing in turn; reading alone says how fast the machine was then. Opening is measured from
the start of navigation until the first screen with its lanes is drawn. What stands below it is laid out and drawn as the reader comes near it, or when
the browser has nothing else to do.

## By length

${tableOf('length', lengthRows)}
`;
}

function tableOf(corner: string, rows: Rows): string {
  const heads = Object.keys(Object.values(rows)[0] ?? {});
  const lines = [
    [corner, ...heads],
    ['---', ...heads.map(() => '---')],
    ...Object.entries(rows).map(([name, row]) => [name, ...heads.map((head) => row[head] ?? '')]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

interface Written {
  journalMb: number;
  reportMb: number;
  /** Reading the journal's lines and nothing else. */
  readMs: number;
  writeMs: number;
  cpuMs: number;
  peakMb: number;
}

/** Makes the journal of so many minutes and has its report written, each figure the middle of so many times; the journal is removed. */
async function reportOf(
  minutes: number,
  { times }: { times: number } = { times: 1 },
): Promise<{ written: Written; run: string }> {
  const run = path.join(folder, String(minutes));
  await mkdir(run, { recursive: true });
  const journal = path.join(run, 'journal.ndjson');
  const events = largeJournal({
    seed: 7,
    seconds: minutes * 60,
    ratePerSecond: 5000,
    pods: 100,
    nodes: 10,
    faults: Math.min(50, minutes * 4),
  });
  await pipeline(Readable.from(lines(events)), createWriteStream(journal));
  const rounds: Pick<Written, 'readMs' | 'writeMs' | 'cpuMs' | 'peakMb'>[] = [];
  while (rounds.length < times) {
    const readMs = await readingAlone(journal);
    const { stdout } = await promisify(execFile)(process.execPath, [writer, run]);
    rounds.push({ readMs, ...(JSON.parse(stdout) as Pick<Written, 'writeMs' | 'cpuMs' | 'peakMb'>) });
  }
  const megabytes = async (file: string): Promise<number> => (await stat(file)).size / 1e6;
  const written = {
    readMs: median(rounds.map(({ readMs }) => readMs)),
    writeMs: median(rounds.map(({ writeMs }) => writeMs)),
    cpuMs: median(rounds.map(({ cpuMs }) => cpuMs)),
    peakMb: Math.max(...rounds.map(({ peakMb }) => peakMb)),
    journalMb: await megabytes(journal),
    reportMb: await megabytes(path.join(run, 'report.html')),
  };
  await rm(journal);
  return { written, run };
}

/** What nothing that reads a journal can be faster than: its lines one by one, each parsed, nothing kept. */
async function readingAlone(journal: string): Promise<number> {
  const started = performance.now();
  for await (const line of createInterface({ input: createReadStream(journal) })) JSON.parse(line);
  return performance.now() - started;
}

function* lines(events: Iterable<object>): Generator<string> {
  for (const event of events) yield `${JSON.stringify(event)}\n`;
}

/** From the start of navigation until the first screen with its lanes is drawn, the CPU time of it, and until all the rest is; the middle of five. */
async function openedIn(run: string): Promise<Rows> {
  if (!existsSync(chromium)) return { 'opened in Chromium': { seen: 'no Chromium', 'to reach': '1 s' } };
  const { chromium: launcher } = await import('playwright-core');
  const browser = await launcher.launch({
    executablePath: chromium,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const times: number[] = [];
    const ends: number[] = [];
    const busy: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      const devTools = await page.context().newCDPSession(page);
      await devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
      await page.goto(pathToFileURL(path.join(run, 'report.html')).href);
      const { metrics } = await devTools.send('Performance.getMetrics');
      busy.push(metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN);
      times.push(await page.evaluate<number>(`performance.getEntriesByType('navigation')[0].loadEventEnd`));
      await page.waitForSelector('html[data-drawn]', { state: 'attached' });
      ends.push(await page.evaluate<number>('performance.now()'));
      await page.close();
    }
    return {
      'opened in Chromium': { seen: `${(median(times) / 1000).toFixed(2)} s`, 'to reach': '1 s' },
      'CPU of its main thread until then': { seen: `${median(busy).toFixed(2)} s`, 'to reach': '' },
      'all below the first screen laid out': {
        seen: `${(median(ends) / 1000).toFixed(2)} s`,
        'to reach': '',
      },
    };
  } finally {
    await browser.close();
  }
}
