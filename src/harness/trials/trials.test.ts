import { appendFile, mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { tinyRun, traffic } from '../../../test/support/tiny-journal.ts';
import type { ClusterProvider } from '../../cluster/index.ts';
import { loadScenario } from '../../scenario/index.ts';
import { OpenbellError, exitCodes } from '../../support/index.ts';
import { renderTrialsFolder } from './render.ts';
import { runTrials, type TrialsOptions } from './run-trials.ts';
import { appendLine, readManifest } from './manifest.ts';
import { trialSeed } from './seeds.ts';
import { sharedCluster } from './shared-cluster.ts';

const scenario = await loadScenario('pod-kill');
/** A provider on whose clusters every run fails at once. */
const none: ClusterProvider = {
  name: 'embedded',
  create: () =>
    Promise.reject(
      new OpenbellError('no cluster here', { code: 'NONE', exitCode: exitCodes.clusterNotProvided }),
    ),
  attach: () => Promise.reject(new Error('not here')),
};

async function place() {
  const temp = await mkdtempDisposable(path.join(tmpdir(), 'openbell-trials-'));
  const folder = path.join(temp.path, 'trials');
  return {
    folder,
    run: (over: Partial<TrialsOptions> = {}) =>
      runTrials({
        scenario,
        provider: none,
        folder,
        count: 2,
        cluster: 'fresh',
        expect: [],
        until: null,
        signal: new AbortController().signal,
        hardSignal: new AbortController().signal,
        ...over,
      }),
    [Symbol.asyncDispose]: () => temp.remove(),
  };
}

test('each trial has a folder and a seed of its own, and a report is written of them all', async () => {
  await using here = await place();
  const { findings, folder } = await here.run({ seed: 7 });
  expect(findings).toMatchObject({ verdict: 'error', exitCode: 106, planned: 2 });
  const { done = [] } = (await readManifest(folder)) ?? {};
  expect(done.map(({ number, folder: name }) => [number, name])).toEqual([
    [1, 'trial-01'],
    [2, 'trial-02'],
  ]);
  expect(done.map(({ seed }) => seed)).toEqual([trialSeed(7, 1), trialSeed(7, 2)]);
  expect(findings.trials.map(({ seed }) => seed)).toEqual(done.map(({ seed }) => seed));
  expect(await readFile(path.join(folder, 'trials.html'), 'utf8')).toContain('no cluster here');
});

test('the same call on the same folder goes on, also after a line was cut short by a kill', async () => {
  await using here = await place();
  await here.run({ count: 1 });
  await appendFile(path.join(here.folder, 'trials.ndjson'), '{"type":"trial.done","number":2,"se');
  const made: number[] = [];
  const { findings } = await here.run({
    count: 3,
    observer: { onTrialDone: ({ number }) => made.push(number) },
  });
  expect(made).toEqual([2, 3]);
  expect(findings.trials.map(({ number }) => number)).toEqual([1, 2, 3]);
  const again = await here.run({ count: 3, observer: { onTrialDone: ({ number }) => made.push(number) } });
  expect(made).toEqual([2, 3]);
  expect(again.findings.trials).toEqual(findings.trials);
});

test('three trials in a row that do not work are the last', async () => {
  await using here = await place();
  const { findings, failure } = await here.run({ count: 9 });
  expect(findings.trials).toHaveLength(3);
  expect(failure?.exitCode).toBe(106);
});

test('no more trials are made once a median is known as well as was asked, and that is no interruption', async () => {
  await using here = await place();
  const untilKnown = { count: 20, until: 'availability:1%' };
  await here.run({ ...untilKnown, signal: AbortSignal.abort(new Error('SIGINT')) });
  const lines = tinyRun(traffic(2)).map((event) => JSON.stringify(event));
  for (const number of [1, 2, 3, 4, 5, 6]) {
    const folder = `trial-0${number}`;
    await mkdir(path.join(here.folder, folder));
    await writeFile(path.join(here.folder, folder, 'journal.ndjson'), `${lines.join('\n')}\n`);
    await appendLine(here.folder, { type: 'trial.done', number, seed: 1, folder, exitCode: 0 });
  }
  const { findings } = await here.run(untilKnown);
  expect(findings).toMatchObject({ verdict: 'passed', exitCode: 0, planned: 20 });
  expect(findings.trials).toHaveLength(6);
  expect(findings.ended).toContain('availability is known well enough after 6 trials');
});

test('an interruption leaves the trial undone', async () => {
  await using here = await place();
  const interrupted = new AbortController();
  const { findings } = await here.run({
    count: 5,
    signal: interrupted.signal,
    observer: {
      onTrialStart: ({ number }) => {
        if (number === 2) interrupted.abort(new Error('SIGINT'));
        return {};
      },
    },
  });
  expect(findings.trials).toHaveLength(1);
  expect((await here.run({ count: 2 })).findings.trials).toHaveLength(2);
});

test('a folder of other trials, or of other things, is refused', async () => {
  await using here = await place();
  await here.run({ count: 1, seed: 7 });
  await expect(here.run({ seed: 8 })).rejects.toThrow('differ from what was asked in the seed (7)');
  const other = { ...scenario, source: '# another', cluster: { ...scenario.cluster } };
  await expect(here.run({ scenario: other, cluster: 'reused' })).rejects.toThrow('the scenario (pod-kill');
  const folder = path.dirname(here.folder);
  await expect(here.run({ folder })).rejects.toThrow('holds other files');
  await writeFile(path.join(folder, 'trials.ndjson'), '{}\n');
  await expect(here.run({ folder })).rejects.toThrow('to begin with what the trials are');
  await expect(renderTrialsFolder(tmpdir())).rejects.toThrow('no trials.ndjson');
});

test('rules are checked before anything is made', async () => {
  await using here = await place();
  await expect(here.run({ expect: ['outage.p90'] })).rejects.toThrow('expected a rule');
  await expect(here.run({ until: 'nothing:5%' })).rejects.toThrow('there is no metric nothing');
  await expect(readManifest(here.folder)).resolves.toBeNull();
});

test('a shared cluster is created once and ended once', async () => {
  const calls: string[] = [];
  const cluster = { destroy: () => Promise.resolve(void calls.push('end')) };
  const provider = { ...none, create: () => Promise.resolve(void calls.push('create')).then(() => cluster) };
  const shared = sharedCluster(provider as unknown as ClusterProvider);
  const create = () => shared.provider.create(null as never, null as never);
  await (await create()).destroy();
  await create();
  await shared.end();
  await shared.end();
  await create();
  expect(calls).toEqual(['create', 'end', 'create']);
});
