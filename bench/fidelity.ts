/**
 * Does the embedded cluster heal and scale as real Kubernetes does? Plays a killed pod, a lost node and a rise of the load
 * on both with equal timings, again and again, and compares each step.
 *
 *   node bench/fidelity.ts [--count 6] [--on embedded,kind,embedded-with-container-start] [--only pod-kill,node-loss,scale-up]
 *                          [--out reports/fidelity]
 *
 * About a minute for each run on kind, half of it on the embedded cluster. Runs whose folder is there already are not
 * repeated, so that it goes on where it was interrupted and can be played in parts. Prints the page; a call without `--on` and
 * `--only` also writes it to `docs/fidelity.md`.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from '../src/analysis/index.ts';
import { loadScenario, type Scenario } from '../src/scenario/index.ts';
import type { Measures } from './fidelity/measures.ts';
import { fidelityPage } from './fidelity/page.ts';
import { playOn } from './fidelity/play.ts';
import { scenarioNames, sides, type ScenarioName, type Side } from './fidelity/names.ts';
import { readBoots, readRuns } from './fidelity/read.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '6' },
    on: { type: 'string' },
    only: { type: 'string' },
    out: { type: 'string', default: 'reports/fidelity' },
  },
});
const count = Number(values.count);
if (!Number.isInteger(count) || count < 1)
  throw new Error(`--count: expected 1 or more, got ${values.count}`);
const on = chosen('--on', values.on, sides);
const only = chosen('--only', values.only, scenarioNames);
const out = path.resolve(values.out);

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => interruption.abort(new Error(name)));

for (const side of on) {
  const scenarios = await Promise.all(only.map((name) => scenarioFor(name, side)));
  await playOn(side, { scenarios, count, out, signal: interruption.signal });
}
const runs = await readRuns(out);
const page = fidelityPage({ runs, boots: readBoots(out) });
console.log(page);
if (values.on === undefined && values.only === undefined)
  writeFileSync(new URL('../docs/fidelity.md', import.meta.url), page);

function chosen<T extends string>(option: string, given: string | undefined, all: readonly T[]): T[] {
  if (given === undefined) return [...all];
  const names = given.split(',');
  const unknown = names.filter((name) => !(all as readonly string[]).includes(name));
  if (unknown.length > 0) throw new Error(`${option}: expected ${all.join(', ')}; got ${unknown.join(', ')}`);
  return all.filter((name) => names.includes(name));
}

async function scenarioFor(name: ScenarioName, side: Side): Promise<Scenario> {
  const scenario = await loadScenario(fileURLToPath(new URL(`fidelity/${name}.yaml`, import.meta.url)));
  if (side !== 'embedded-with-container-start') return scenario;
  const containerStartMs = await measuredContainerStart();
  return { ...scenario, cluster: { ...scenario.cluster, containerStartMs } };
}

/** What a container's start takes longer on kind than a process's, by the runs that are there: whole 50 ms. */
async function measuredContainerStart(): Promise<number> {
  const all = (await readRuns(out)).filter(({ scenario }) => scenario === 'pod-kill');
  const started = (side: Side): number[] =>
    all.filter((run) => run.side === side).flatMap(({ measures }) => startOf(measures));
  const [onKind, embedded] = [started('kind'), started('embedded')];
  if (onKind.length === 0 || embedded.length === 0)
    throw new Error(
      'the cost of containers is measured by runs of pod-kill on kind and embedded: play those first',
    );
  return Math.max(0, Math.round((median(onKind) - median(embedded)) / 50) * 50);
}

function startOf(measures: Measures): number[] {
  const { ownMs } = measures['started'] ?? {};
  return ownMs === undefined ? [] : [ownMs];
}
