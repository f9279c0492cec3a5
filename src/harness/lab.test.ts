import { expect, it } from 'vitest';
import { effectiveTimings, type ClusterProvider, type ClusterSpec } from '../cluster/index.ts';
import { loadScenario } from '../scenario/index.ts';
import { startLab, type LabLike } from './lab.ts';

/** What a provider is asked for. */
async function askedFor(like: LabLike): Promise<ClusterSpec> {
  let asked: ClusterSpec | undefined;
  const provider: ClusterProvider = {
    name: 'kind',
    create: (spec) => {
      asked = spec;
      throw new Error('asked');
    },
    attach: () => Promise.reject(new Error('nothing is there')),
  };
  await expect(startLab({ provider, name: 'desk', like, onProgress: () => {} })).rejects.toThrow('asked');
  if (asked === undefined) throw new Error('nothing was asked for');
  return asked;
}

it('a lab for a scenario is the cluster that a run of it would make, under another name', async () => {
  const scenario = await loadScenario('market-open');
  expect(await askedFor({ scenario })).toEqual({ ...scenario.cluster, name: 'desk' });
});

it('a lab for none has so many workers, and timers divided by so much', async () => {
  const { workers, timings } = await askedFor({ nodes: 2, speedup: 5 });
  expect(workers.map(({ name }) => name)).toEqual(['worker-1', 'worker-2']);
  expect(timings).toEqual(effectiveTimings(5));
});
