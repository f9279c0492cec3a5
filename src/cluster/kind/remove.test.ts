/** On a container engine that is played: what of the network that all kind clusters share goes with a cluster. */
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { readRecord, writeRecord, type ClusterRecord } from './record.ts';
import { removeCluster } from './remove.ts';
import { testRecord } from './test-record.ts';
import type { KindTools } from './tools.ts';

const state = await mkdtempDisposable(path.join(tmpdir(), 'openbell-records-'));
afterAll(() => state.remove());
beforeEach(() => {
  vi.stubEnv('XDG_STATE_HOME', state.path);
  return () => vi.unstubAllEnvs();
});

/** An engine with at most one network for kind, in which are the containers of some clusters. */
class Engine implements KindTools {
  readonly engine = 'docker';
  network: string | null;
  readonly clusters: Set<string>;

  constructor(network: string | null, clusters: string[]) {
    this.network = network;
    this.clusters = new Set(clusters);
  }

  kind = (args: readonly string[]): Promise<string> => {
    this.clusters.delete(args[args.indexOf('--name') + 1] ?? '');
    return Promise.resolve('');
  };

  docker = (args: readonly string[]): Promise<string> => Promise.resolve(this.#answer(args.join(' ')));

  #answer(asked: string): string {
    if (asked.startsWith('network ls'))
      return `1 bridge\n${this.network === null ? '' : `${this.network} kind\n`}`;
    if (asked === `network rm ${this.network}`) this.network = null;
    if (asked.includes('--filter network=kind')) return [...this.clusters].join('\n');
    const labelled = /label=io\.x-k8s\.kind\.cluster=(\S+)/.exec(asked)?.[1] ?? '';
    return this.clusters.has(labelled) ? `${labelled} ${labelled}-control-plane\n` : '';
  }
}

function recorded(name: string, networkBefore: string | null): ClusterRecord {
  const record = testRecord(name, { networkBefore });
  writeRecord(record);
  return record;
}

it.each([
  ['made since goes', null, null],
  ['that was there stays', 'net-1', 'net-1'],
  ['made anew goes, though there was another when the boot began', 'net-0', null],
])('a network %s', async (_, before, left) => {
  const engine = new Engine('net-1', ['openbell-a']);
  await removeCluster(recorded('a', before), engine);
  expect(engine.clusters.size).toBe(0);
  expect(engine.network).toBe(left);
  expect(readRecord('openbell-a')).toBeUndefined();
});

it('a network in which others are stays, and goes with the last of our clusters in it', async () => {
  const engine = new Engine('net-1', ['openbell-a', 'openbell-b']);
  const [first, last] = [recorded('a', null), recorded('b', 'net-1')];
  await removeCluster(first, engine);
  expect(engine.network).toBe('net-1');
  await removeCluster(last, engine);
  expect(engine.network).toBeNull();
});
