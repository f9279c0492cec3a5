/** On a real cluster of kind: boot, faults of nodes, runs, the end. Skipped, and said so, where there is no Docker or no node image. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effectiveTimings, kindProvider, type Cluster } from '../../src/cluster/index.ts';
import { connect, isReady, kinds, type KubeClient } from '../../src/kubernetes/index.ts';
import { runProgram, until } from '../../src/support/index.ts';
import { entry } from '../e2e/openbell.ts';
import { whyNoKind } from './available.ts';

const why = await whyNoKind();
if (why !== null) console.warn(`kind: these tests did not run: ${why}`);

const name = `test-${process.pid}`;
const image = process.env['OPENBELL_KIND_IMAGE'];
const state = await mkdtempDisposable(path.join(tmpdir(), 'openbell-kind-'));
process.env['XDG_STATE_HOME'] = state.path;
const scenario = path.join(state.path, 'short.yaml');

describe.skipIf(why !== null)('a kind cluster', () => {
  let cluster: Cluster;
  let client: KubeClient;
  const before: string[] = [];

  beforeAll(async () => {
    before.push(...(await thingsOfOurs()));
    cluster = await kindProvider({ image }).create(
      {
        name,
        workers: ['worker-1', 'worker-2'].map((worker) => ({
          name: worker,
          cpuMilli: 1500,
          memoryBytes: 2 ** 30,
          maxPods: 20,
          labels: { desk: worker },
        })),
        timings: effectiveTimings(10),
      },
      { keep: true, signal: new AbortController().signal, onProgress: () => {} },
    );
    client = await connect(cluster.kubeconfig());
    await writeFile(scenario, short);
  }, 400_000);

  afterAll(async () => {
    client.close();
    await cluster.destroy();
    const left = (await thingsOfOurs()).filter((thing) => !before.includes(thing));
    await state.remove();
    expect(left).toEqual([]);
  }, 200_000);

  it('is what was asked for: workers, capacity, labels, timings', async () => {
    const nodes = await client.list(kinds.node);
    const workers = nodes.filter((node) => node.metadata?.labels?.['desk'] !== undefined);
    expect(workers.map(({ metadata }) => metadata?.name ?? '').toSorted()).toEqual(
      Object.values(cluster.facts.nodeNames).toSorted(),
    );
    expect(workers.every((node) => isReady(node))).toBe(true);
    expect(workers[0]?.status?.allocatable).toMatchObject({ pods: '20', cpu: '1500m' });
    expect(cluster.facts.timings.nodeMonitorGraceMs).toBe(5_000);
    expect(cluster.facts.notFollowed.join('\n')).not.toContain('was not given');
  });

  it.for([
    ['kill', 'start', 'exited'],
    ['pause', 'resume', 'paused'],
    ['disconnect', 'connect', 'DOWN'],
  ] as const)(
    'a node whose power is changed (%s) is noticed, and comes back (%s)',
    async ([fault, undo, sign]) => {
      const node = cluster.facts.nodeNames['worker-1'] ?? '';
      await untilReady(node, true);
      expect(await cluster.power(node, fault)).toContain(sign);
      await untilReady(node, false);
      await cluster.power(node, undo);
      await untilReady(node, true);
    },
  );

  it('serves a run with the same timings, whose load comes from a pod, and has nothing of it afterwards', async () => {
    const out = path.join(state.path, 'runs');
    const namespaces = (await client.list(kinds.namespace)).length;
    const run = await runProgram(
      process.execPath,
      [entry, 'run', scenario, '--on', 'kind', '--out', out, '--json'],
      {
        timeoutMs: 300_000,
      },
    ).catch((error: unknown) => error as { output: string });
    const text = 'stdout' in run ? run.stdout : run.output;
    const result = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as {
      provider: string;
      requests: Record<string, number>;
      faults: { landedMs: number | null }[];
    };
    expect(text).not.toContain('creating the kind cluster');
    expect(result.provider).toBe('kind');
    expect(result.faults[0]?.landedMs).toBeGreaterThan(0);
    const { scheduled = 0, ok = 0 } = result.requests;
    expect(scheduled).toBe(30 * 12);
    expect(ok).toBeGreaterThan(scheduled / 2);
    expect((await client.list(kinds.namespace)).length).toBe(namespaces);
  }, 300_000);

  async function untilReady(node: string, ready: boolean): Promise<void> {
    await until(async () => isReady(await client.get(kinds.node, node)) === ready, {
      what: `${node} to be ${ready ? '' : 'not '}Ready`,
      deadlineMs: 90_000,
    });
  }
});

describe.skipIf(why !== null)('a boot that is killed', () => {
  it('leaves no container', async () => {
    const args = [entry, 'run', 'steady', '--on', 'kind', '--out', path.join(tmpdir(), `ob-${process.pid}`)];
    const run = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const id = await new Promise<string>((resolve) => {
      run.stderr.setEncoding('utf8').on('data', (text: string) => {
        const found = /creating the kind cluster (\S+)/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    const containers = async (): Promise<string[]> =>
      (await thingsOfOurs()).filter((thing) => thing.startsWith(`container ${id}`));
    await until(async () => (await containers()).length > 0, { what: 'a container', deadlineMs: 60_000 });
    run.kill('SIGKILL');
    await once(run, 'exit');
    await until(async () => (await containers()).length === 0, {
      what: 'its containers to be gone',
      deadlineMs: 120_000,
      everyMs: 500,
    });
  }, 300_000);
});

/** Containers and images that carry our names, and networks: kind's is ours where our boot made it. */
async function thingsOfOurs(): Promise<string[]> {
  const of = async (what: string, args: string[]): Promise<string[]> => {
    const { stdout } = await runProgram('docker', args);
    return stdout
      .split('\n')
      .filter((line) => line.startsWith('openbell'))
      .map((line) => `${what} ${line}`);
  };
  return [
    ...(await of('container', ['ps', '--all', '--format', '{{.Names}}'])),
    ...(await of('network', ['network', 'ls', '--format', 'openbell or other: {{.Name}}'])),
    ...(await of('image', ['images', '--format', '{{.Repository}}:{{.Tag}}'])),
  ];
}

const short = await readFile(new URL('scenarios/short.yaml', import.meta.url), 'utf8');
