/** What the pods of an embedded cluster wrote into their logs about requests, and what the engine's ledger says of them. */
import { link, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../../src/journal/index.ts';

/** A pod's line about a request that it is through with. */
export interface Line {
  id: string;
  pod: string;
  /** What it answered, or `aborted` where the connection was gone first. */
  status: number | string;
}

/** A request as the ledger has it; `endedMs` is on the machine's monotonic clock. */
export interface Row {
  id: string;
  endedMs: number;
  outcome: Outcome;
  status: number;
}

/** Links every container's log below a folder as soon as it is there: a link keeps what a removed cluster's folder loses. */
export async function keepLogs(from: string, to: string, signal: AbortSignal): Promise<void> {
  const seen = new Set<string>();
  while (!signal.aborted) {
    const files = await readdir(from, { recursive: true }).catch(() => []);
    for (const file of files.filter((name) => /\/\d+\.log$/.test(name) && !seen.has(name))) {
      const linked = await link(path.join(from, file), path.join(to, file.replaceAll('/', '+'))).then(
        () => true,
        () => false,
      );
      if (linked) seen.add(file);
    }
    await sleep(50);
  }
}

/** Every line about a request in the logs that were kept. */
export async function readKept(folder: string): Promise<Line[]> {
  const lines = await Promise.all(
    (await readdir(folder)).map(async (file) => {
      // …+<namespace>_<pod>_<uid>+<container>+<restart>.log
      const pod = /\+[^+_]+_([^+_]+)_[^+_]+\+[^+]+\+\d+\.log$/.exec(file)?.[1];
      if (pod === undefined) throw new Error(`no pod's log: ${file}`);
      return linesOf(pod, await readFile(path.join(folder, file), 'utf8'));
    }),
  );
  return lines.flat();
}

/** CRI lines whose text is the sample API's JSON about a request. */
function linesOf(pod: string, text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    const json = / stdout F (\{.*\})$/.exec(line)?.[1];
    if (json === undefined) return [];
    const { id, status, method } = JSON.parse(json) as Partial<Line> & { method?: string };
    return id === undefined || status === undefined || method === undefined ? [] : [{ id, pod, status }];
  });
}

/** `requests.csv`. */
export async function readRequests(file: string): Promise<Row[]> {
  const [, ...rows] = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return rows.map((row) => {
    const [id = '', , , endedMs, outcome, status] = row.split(',');
    return { id, endedMs: Number(endedMs), outcome: outcome as Outcome, status: Number(status) };
  });
}
