/**
 * Every number of a run's findings once more, from the journal alone and by other code: plain loops over the lines of the
 * file, written from `docs/definitions.md` and sharing nothing with `src/analysis/` but the decoder of histograms' format
 * (here hdr-histogram-js's own).
 *
 *   node bench/recompute.ts reports/<run>
 *
 * Prints each figure that differs, and how many are equal; exit code 1 when one differs.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { analyse } from '../src/analysis/index.ts';
import { readJournal } from '../src/journal/index.ts';
import { recomputeAdvice } from './support/recompute/advice.ts';
import { Comparison } from './support/recompute/comparison.ts';
import { recomputeCustomers } from './support/recompute/customers.ts';
import { recomputeFaults } from './support/recompute/faults.ts';
import { recomputeLosses } from './support/recompute/losses.ts';
import type { Line } from './support/recompute/lines.ts';
import { recomputeScaling } from './support/recompute/scaling.ts';
import { recomputeTraffic } from './support/recompute/traffic.ts';
import { recomputeWhatIf } from './support/recompute/what-if.ts';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('expected the folder of a run: node bench/recompute.ts reports/<run>');
  process.exit(2);
}
const file = path.join(folder, 'journal.ndjson');
const lines: Line[] = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));

const { events, problems } = await readJournal(file);
const findings = analyse(events, problems);
const comparison = new Comparison();
recomputeTraffic(lines, findings, comparison);
recomputeFaults(lines, findings, comparison);
recomputeLosses(lines, findings, comparison);
recomputeCustomers(lines, findings, comparison);
recomputeScaling(lines, findings, comparison);
recomputeWhatIf(lines, findings, comparison);
recomputeAdvice(lines, findings, comparison);
process.exitCode = comparison.report() ? 0 : 1;
