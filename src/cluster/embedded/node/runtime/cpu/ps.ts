import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Usage } from './control.ts';

const run = promisify(execFile);

/** Two questions within this time share one answer: `ps` lists every process of the machine. */
const shareMs = 50;
let latest: { at: number; groups: Promise<Map<number, Usage>> } | undefined;

/** What a process group uses, as `ps` tells; for systems without /proc. Counts the living members only. */
export async function groupUsageFromPs(group: number): Promise<Usage | undefined> {
  if (latest === undefined || performance.now() - latest.at > shareMs) {
    latest = { at: performance.now(), groups: list() };
  }
  return (await latest.groups).get(group);
}

async function list(): Promise<Map<number, Usage>> {
  const { stdout } = await run('ps', ['-A', '-o', 'pgid=,time=,rss=']);
  return parsePs(stdout);
}

/** Sums the lines of `ps -o pgid=,time=,rss=` by process group. */
export function parsePs(text: string): Map<number, Usage> {
  const groups = new Map<number, Usage>();
  for (const line of text.split('\n')) {
    const [group, time, rssKilobytes] = line.trim().split(/\s+/);
    if (group === undefined || time === undefined || rssKilobytes === undefined) continue;
    const sum = groups.get(Number(group)) ?? { cpuNanos: 0, memoryBytes: 0 };
    sum.cpuNanos += secondsOf(time) * 1e9;
    sum.memoryBytes += Number(rssKilobytes) * 1024;
    groups.set(Number(group), sum);
  }
  return groups;
}

/** `[[days-]hours:]minutes:seconds[.hundredths]`. */
function secondsOf(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse();
  return clock.split(':').reduce((seconds, part) => seconds * 60 + Number(part), 0) + Number(days) * 86_400;
}
