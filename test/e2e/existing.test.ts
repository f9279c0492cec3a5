/** On a cluster that somebody else runs: an embedded one, reached through a kubeconfig whose user is an exec plugin. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readJournal } from '../../src/journal/index.ts';
import { connect, kinds, type KubeClient } from '../../src/kubernetes/index.ts';
import { until } from '../../src/support/index.ts';
import { cuttableProxy, type CuttableProxy } from '../support/cuttable-proxy.ts';
import { pluginKubeconfig, readWritten } from '../support/plugin-kubeconfig.ts';
import { checkedResult, entry, expectExit, scenarioFile, workplace } from './openbell.ts';

let place: Awaited<ReturnType<typeof workplace>>;
let proxy: CuttableProxy;
let client: KubeClient;
let where: string[];
let run: string[];

beforeAll(async () => {
  place = await workplace();
  const up = await place.openbell('up', 'theirs', '--nodes', '2', '--speedup', '10');
  const kubeconfig = await readFile(up.stdout.trim(), 'utf8');
  client = await connect(kubeconfig);
  const { server, certificate } = readWritten(kubeconfig);
  proxy = await cuttableProxy({ host: server.hostname, port: Number(server.port) });
  const folder = path.join(place.tmp, 'plugin');
  const file = await pluginKubeconfig(folder, { kubeconfig, port: proxy.port, credential: certificate });
  where = ['--context', 'theirs', '--kubeconfig', file];
  const image = ['--image', 'openbell/sample-api:1', '--out', place.runs];
  run = ['run', scenarioFile('on-theirs'), '--on', 'existing', ...where, '--i-mean', 'theirs', ...image];
});

afterAll(async () => {
  client.close();
  await proxy[Symbol.asyncDispose]();
  await place.openbell('down', '--all');
  await place[Symbol.asyncDispose]();
});

function atLeast(least: number): (value: number) => boolean {
  return (value) => value >= least;
}

/** Resolves when a run, the only one or a later one, has sent requests for a second. */
async function trafficFlows(runs: number): Promise<string> {
  return until(
    async () => {
      const folders = await place.runFolders();
      const folder = folders[runs - 1] ?? '';
      const text = await readFile(path.join(folder, 'journal.ndjson'), 'utf8');
      return text.includes('"traffic.second"') && folder;
    },
    { what: 'traffic', deadlineMs: 60_000, everyMs: 100 },
  );
}

test('a connection that is lost for seconds, or silent, is bridged, and the report says so; a clean-up leaves the run alone', async () => {
  const running = place.openbell(...run, '--json');
  const folder = await trafficFlows(1);
  const clean = await place.openbell('clean', ...where);
  expect(clean.stdout).toBe('');
  expect(clean.stderr).toMatch(/left alone: run [0-9a-f]{8} in namespace openbell-[0-9a-f]{8} is alive/);
  await proxy.cut(3_000);
  await setTimeout(2_000);
  await proxy.stall(5_000);
  const done = await running;

  const result = await checkedResult(done.stdout);
  expectExit(done, result, 0);
  expect(result.requests.scheduled).toBe(30 * 24);
  expect(result.faults[0]?.landedMs).toBeGreaterThan(0);
  const { events } = await readJournal(path.join(folder, 'journal.ndjson'));
  const gaps = events.filter((event) => event.type === 'gap');
  const silences = gaps
    .filter(({ what }) => what === 'the API server')
    .map(({ fromT, toT }) => Math.floor((toT - fromT) / 1000));
  expect(silences).toEqual([expect.toSatisfy(atLeast(3)), expect.toSatisfy(atLeast(5))]);
  expect(gaps.map(({ what }) => what)).toEqual(expect.arrayContaining(['pods', 'nodes', 'deployments']));
  const report = await readFile(path.join(folder, 'report.html'), 'utf8');
  expect(report).toContain('Not observed for');
  expect(await client.list(kinds.namespace, { labelSelector: 'openbell.dev/run' })).toEqual([]);
});

test('what a killed run leaves is removed by a clean-up, and named', async () => {
  const killed = spawn(process.execPath, [entry, ...run], { stdio: 'ignore' });
  await trafficFlows(2);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  const clean = await place.openbell('clean', ...where);
  expect(clean.exitCode, clean.stderr).toBe(0);
  expect(clean.stdout).toMatch(/^removed namespace openbell-[0-9a-f]{8} with all that was in it\n$/);
  const again = await place.openbell('clean', ...where);
  expect(again.stderr).toBe('nothing of openbell is there\n');
});
