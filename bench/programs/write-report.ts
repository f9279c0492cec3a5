/** Writes the report of the run in the folder given; tells how long each part took and the most memory that was used. */
import { performance } from 'node:perf_hooks';

const started = performance.now();
const { renderFromJournal } = await import('../../src/harness/index.ts');
const loaded = performance.now();
await renderFromJournal(process.argv[2] ?? '.');
const written = performance.now();
console.log(
  JSON.stringify({
    loadMs: loaded - started,
    writeMs: written - loaded,
    cpuMs: (process.cpuUsage().user + process.cpuUsage().system) / 1000,
    peakMb: process.resourceUsage().maxRSS / 1024,
  }),
);
