import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { embeddedProvider, kindProvider, type Cluster } from '../../src/cluster/index.ts';
import { runScenario } from '../../src/harness/index.ts';
import { sharedCluster, type SharedCluster } from '../../src/harness/trials/shared-cluster.ts';
import type { Scenario } from '../../src/scenario/index.ts';
import { monotonicMs } from '../../src/support/index.ts';
import { isComplete } from './read.ts';
import type { Side } from './names.ts';

/** A run that went wrong is made again so often. */
const mostFailures = 2;

/** What is to be played on one side, and below which folder. */
interface Play {
  scenarios: readonly Scenario[];
  count: number;
  out: string;
  signal: AbortSignal;
}

/** Plays what is missing on one cluster, the scenarios in turn, so that whatever drifts meets each alike. */
export async function playOn(side: Side, { scenarios, count, out, signal }: Play): Promise<void> {
  const folder = path.join(out, side);
  mkdirSync(folder, { recursive: true });
  const missing: { scenario: Scenario; name: string }[] = [];
  for (let number = 1; number <= count; number += 1) {
    for (const scenario of scenarios) {
      const name = `${scenario.name}-${String(number).padStart(2, '0')}`;
      if (!(await isComplete(path.join(folder, name), scenario))) missing.push({ scenario, name });
    }
  }
  const lent = lend(side, folder);
  let failures = 0;
  try {
    for (let run = missing.shift(); run !== undefined; run = missing.shift()) {
      signal.throwIfAborted();
      // What was cut short is no measurement.
      rmSync(path.join(folder, run.name), { recursive: true, force: true });
      const from = monotonicMs();
      const { exitCode, failure } = await runScenario({
        scenario: run.scenario,
        provider: lent.provider,
        outDir: folder,
        folderName: run.name,
        seed: seedOf(run.name),
        shared: true,
        keep: false,
        signal,
        hardSignal: new AbortController().signal,
      });
      signal.throwIfAborted();
      const took = `${((monotonicMs() - from) / 1000).toFixed(0)} s`;
      console.error(`${side} ${run.name}: exit code ${exitCode}, ${took}; ${missing.length} to go`);
      if (failure === null) continue;
      console.error(`  ${failure.message}`);
      failures += 1;
      if (failures > mostFailures) throw failure;
      missing.unshift(run);
      await lent.end();
    }
  } finally {
    await lent.end();
  }
}

/** The same choices on every side. */
function seedOf(name: string): number {
  return Number(name.slice(-2));
}

/** One cluster for run after run; each boot's time is noted beside the runs. */
function lend(side: Side, folder: string): SharedCluster {
  const image = process.env['OPENBELL_KIND_IMAGE'];
  const provider = side === 'kind' ? kindProvider({ image }) : embeddedProvider();
  return sharedCluster({
    name: provider.name,
    attach: (name) => provider.attach(name),
    async create(spec, options) {
      const from = monotonicMs();
      const booted = await provider.create(spec, { ...options, reuse: false });
      const bootMs = Math.round(monotonicMs() - from);
      appendFileSync(path.join(folder, 'boots.ndjson'), `${JSON.stringify({ bootMs })}\n`);
      return imageLoadedOnce(booted);
    },
  });
}

/** The nodes have it after the first run. */
function imageLoadedOnce(cluster: Cluster): Cluster {
  const loaded = new Map<string, Promise<string>>();
  return {
    ...cluster,
    loadImage(image) {
      const known = loaded.get(image.name) ?? cluster.loadImage(image);
      loaded.set(image.name, known);
      return known;
    },
  };
}
