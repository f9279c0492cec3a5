/** On a real cluster of kind: boot, faults of nodes, runs, the end. Skipped, and said so, where there is no Docker or no node image. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  effectiveTimings,
  existingProvider,
  kindProvider,
  type Cluster,
  type NodeSpec,
} from '../../src/cluster/index.ts';
import { connect, isReady, kinds, type KubeClient, type Service } from '../../src/kubernetes/index.ts';
import { runProgram, until } from '../../src/support/index.ts';
import { loadGeneratorImage, sampleApiImage } from '../../src/workload/index.ts';
import { entry } from '../e2e/openbell.ts';
import { cuttableProxy } from '../support/cuttable-proxy.ts';
import { pluginKubeconfig, readWritten } from '../support/plugin-kubeconfig.ts';
import { whyNoKind } from './available.ts';

const why = await whyNoKind();
if (why !== null) console.warn(`kind: these tests did not run: ${why}`);

const name = `test-${process.pid}`;
const image = process.env['OPENBELL_KIND_IMAGE'];
const state = await mkdtempDisposable(path.join(tmpdir(), 'openbell-kind-'));
process.env['XDG_STATE_HOME'] = state.path;
const kindName = `openbell-${name}`;
const fromPods = fileURLToPath(new URL('scenarios/from-pods.yaml', import.meta.url));
const scenario = path.join(state.path, 'short.yaml');

afterAll(() => state.remove());

function worker(name: string, labels: Record<string, string>): NodeSpec {
  return { name, cpuMilli: 1500, memoryBytes: 2 ** 30, maxPods: 20, labels };
}

describe.skipIf(why !== null)('a kind cluster', () => {
  let cluster: Cluster;
  let client: KubeClient;
  const before: string[] = [];

  beforeAll(async () => {
    before.push(...(await thingsOfOurs()));
    cluster = await kindProvider({ image }).create(
      {
        name,
        workers: ['worker-1', 'worker-2'].map((name) => worker(name, { desk: name })),
        spares: [worker('spare-1', {})],
        kubernetesVersion: 'v1.0.0',
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
    expect(left).toEqual([]);
  }, 200_000);

  it('is what was asked for: workers, capacity, labels, timings', async () => {
    const nodes = await client.list(kinds.node);
    const workers = nodes.filter((node) => node.metadata?.labels?.['desk'] !== undefined);
    expect(workers.map(({ metadata }) => metadata?.name ?? '').toSorted()).toEqual(
      ['worker-1', 'worker-2'].map((worker) => cluster.facts.nodeNames[worker] ?? ''),
    );
    expect(workers.every((node) => isReady(node))).toBe(true);
    expect(workers[0]?.status?.allocatable).toMatchObject({ pods: '20', cpu: '1500m' });
    expect(cluster.facts.timings.nodeMonitorGraceMs).toBe(5_000);
    const { notFollowed, kubernetesVersion } = cluster.facts;
    expect(notFollowed.join('\n')).not.toContain('was not given');
    expect(notFollowed).toContain(
      `The scenario asks for Kubernetes v1.0.0; the cluster's is ${kubernetesVersion}.`,
    );
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

  it('goes without a component, and gets it back', async () => {
    const node = cluster.facts.nodeNames['worker-2'] ?? '';
    await untilReady(node, true);
    expect(await cluster.component('kubelet', 'stop', node)).toContain('no process of kubelet runs');
    await untilReady(node, false);
    await cluster.component('kubelet', 'start', node);
    await untilReady(node, true);
    expect(await cluster.component('kube-proxy', 'stop', node)).toContain('is stopped');
    expect(await cluster.component('kube-proxy', 'start', node)).toContain('goes on');
    expect(await cluster.component('api-server', 'stop')).toContain('no process of kube-apiserver runs');
    await expect(client.version()).rejects.toMatchObject({ code: 'KUBERNETES_UNREACHABLE' });
    await cluster.component('api-server', 'start');
    await until(() => client.version(), { what: 'the API server', deadlineMs: 60_000 });
  });

  it('lets a spare join, which it has kept aside, and takes it back', async () => {
    const spare = cluster.facts.nodeNames['spare-1'] ?? '';
    const known = async (): Promise<boolean> =>
      (await client.list(kinds.node)).some(({ metadata }) => metadata?.name === spare);
    expect(await known()).toBe(false);
    expect(await cluster.power(spare, 'add')).toContain('reports Ready');
    expect(isReady(await client.get(kinds.node, spare))).toBe(true);
    expect(await cluster.power(spare, 'remove')).toContain('is stopped');
    await client.delete(kinds.node, spare);
    expect(await known()).toBe(false);
  });

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
    expect(result.faults.map(({ landedMs }) => (landedMs ?? 0) > 0)).toEqual([true, true, true]);
    const { scheduled = 0, ok = 0 } = result.requests;
    expect(scheduled).toBe(30 * 12);
    expect(ok).toBeGreaterThan(scheduled / 2);
    expect((await client.list(kinds.namespace)).length).toBe(namespaces);
  }, 300_000);

  it('plays market-open, from the bell to the recovery of a lost node', async () => {
    const out = path.join(state.path, 'market');
    const { stdout } = await openbell(['run', 'market-open', '--on', 'kind', '--out', out, '--json']);
    const { faults, requests } = JSON.parse(stdout) as MarketResult;
    expect(faults.every(({ landedMs }) => landedMs !== null)).toBe(true);
    expect(faults.every(({ repairMs }) => repairMs !== null)).toBe(true);
    expect(requests.ok).toBeGreaterThan(0.8 * requests.scheduled);
  }, 400_000);

  describe('as a cluster of others', () => {
    const kubectl = async (args: string[], input = ''): Promise<string> => {
      const on = ['exec', '-i', `${kindName}-control-plane`, 'kubectl'];
      const as = ['--kubeconfig', '/etc/kubernetes/admin.conf'];
      return (await runProgram('docker', [...on, ...as, ...args], { input })).stdout;
    };

    it('serves who has the printed Role alone, with load from three pods, though its API goes away', async () => {
      await cluster.loadImage(sampleApiImage());
      await cluster.loadImage(loadGeneratorImage());
      await kubectl(['create', 'namespace', 'team-lab']);
      await kubectl(['label', 'namespace', 'team-lab', 'openbell.dev/runs=allowed']);
      await kubectl(['create', 'serviceaccount', 'bell', '--namespace', 'team-lab']);
      const rbac = ['rbac', fromPods, '--namespace', 'team-lab', '--service-account', 'bell'];
      await kubectl(['apply', '-f', '-'], (await openbell(rbac)).stdout);
      const token = (await kubectl(['create', 'token', 'bell', '--namespace', 'team-lab'])).trim();

      const { server } = readWritten(cluster.kubeconfig());
      await using proxy = await cuttableProxy({ host: server.hostname, port: Number(server.port) });
      const folder = path.join(state.path, 'plugin');
      const given = { kubeconfig: cluster.kubeconfig(), port: proxy.port, credential: { token } };
      const file = await pluginKubeconfig(folder, given);
      const out = path.join(state.path, 'theirs');
      const where = ['--on', 'existing', '--kubeconfig', file, '--context', 'theirs', '--i-mean', 'theirs'];
      const images = ['--image', 'openbell/sample-api:1', '--load-image', 'openbell/load-generator:1'];
      const running = openbell([
        'run',
        fromPods,
        ...where,
        '--namespace',
        'team-lab',
        ...images,
        '--out',
        out,
        '--json',
      ]);
      const journal = async (): Promise<string> => {
        const [run = ''] = (await readdir(out)).filter((name) => name.startsWith('from-pods-'));
        return readFile(path.join(out, run, 'journal.ndjson'), 'utf8');
      };
      const flows = async (): Promise<boolean> => (await journal()).includes('"traffic.second"');
      await until(flows, { what: 'traffic', deadlineMs: 120_000 });
      await proxy.cut(4_000);

      const { stdout } = await running;
      const { requests, faults } = JSON.parse(stdout) as MarketResult;
      expect(requests).toMatchObject({ scheduled: 60 * 20 });
      expect(requests.ok).toBeGreaterThan(1_100);
      expect(faults[0]?.landedMs).toBeGreaterThan(0);
      expect(await journal()).toContain('"what":"the API server"');
      expect(await journal()).toMatch(/at the end of the traffic/);
      const left = await kubectl([
        'get',
        'all,secrets,leases',
        '--namespace',
        'team-lab',
        '--output',
        'name',
      ]);
      expect(left.trim()).toBe('');
    }, 300_000);

    it('is entered by the address of a load balancer, once it has one', async () => {
      const signal = AbortSignal.timeout(60_000);
      const context = `kind-${kindName}`;
      const provider = existingProvider({
        context,
        meant: context,
        kubeconfig: cluster.kubeconfigPath(),
        named: {},
      });
      const spec = { name: 'theirs', workers: [], timings: effectiveTimings(1) };
      const theirs = await provider.create(spec, { keep: false, signal, onProgress: () => {} });
      const service = await client.apply<Service>(
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'balanced' },
          spec: { type: 'LoadBalancer', selector: { app: 'none' }, ports: [{ port: 80 }] },
        },
        { namespace: 'default' },
      );
      const entering = theirs.entryPoint({ service, port: 80 });
      const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } } });
      await kubectl([
        'patch',
        'service',
        'balanced',
        '--subresource=status',
        '--type=merge',
        '--patch',
        status,
      ]);
      expect((await entering).url.href).toBe('http://192.0.2.7/');
      await client.delete(kinds.service, 'balanced', { namespace: 'default' });
      await theirs.destroy();
    });
  });

  async function untilReady(node: string, ready: boolean): Promise<void> {
    await until(async () => isReady(await client.get(kinds.node, node)) === ready, {
      what: `${node} to be ${ready ? '' : 'not '}Ready`,
      deadlineMs: 90_000,
    });
  }
});

describe.skipIf(why !== null)('a boot that is killed', () => {
  it('leaves no container', async () => {
    const { run, id } = await bootUnderWay();
    run.kill('SIGKILL');
    await once(run, 'exit');
    await nothingIsLeftOf(id);
  }, 300_000);

  it('with what watches over it is named by the next command, and removed when asked', async () => {
    const { run, id } = await bootUnderWay();
    // The warden waits in a shell that names the cluster.
    const processes = (await runProgram('ps', ['-eo', 'pid=,args='])).stdout.split('\n');
    const warden = processes.filter((line) => line.includes('read -r word') && line.includes(id));
    expect(warden).toHaveLength(1);
    process.kill(Number.parseInt(warden[0] ?? '', 10), 'SIGKILL');
    run.kill('SIGKILL');
    await once(run, 'exit');
    expect((await openbell(['doctor', '--on', 'kind'])).stdout).toMatch(
      new RegExp(`${id}: left by runs that were killed\\n +.*openbell down --all --on kind`),
    );
    await openbell(['down', '--all', '--on', 'kind']);
    await nothingIsLeftOf(id);
    expect((await openbell(['doctor', '--on', 'kind'])).stdout).toContain(
      'kind clusters of openbell: none runs',
    );
  }, 300_000);
});

/** A run on kind whose cluster has its first container. */
async function bootUnderWay(): Promise<{ run: ChildProcess; id: string }> {
  const args = [entry, 'run', 'steady', '--on', 'kind', '--out', path.join(state.path, 'killed')];
  const run = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const id = await new Promise<string>((resolve) => {
    run.stderr.setEncoding('utf8').on('data', (text: string) => {
      const found = /creating the kind cluster (\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  await until(async () => (await containersOf(id)).length > 0, { what: 'a container', deadlineMs: 60_000 });
  return { run, id };
}

async function nothingIsLeftOf(id: string): Promise<void> {
  await until(async () => (await containersOf(id)).length === 0, {
    what: 'its containers to be gone',
    deadlineMs: 120_000,
    everyMs: 500,
  });
}

async function containersOf(id: string): Promise<string[]> {
  return (await thingsOfOurs()).filter((thing) => thing.startsWith(`container ${id}`));
}

/** What openbell did, whatever it came to: a busy machine's run may not be trusted and is judged by its parts. */
async function openbell(args: string[]): Promise<{ stdout: string }> {
  const done = await runProgram(process.execPath, [entry, ...args], { timeoutMs: 400_000 }).catch(
    (error: unknown) => ({ stdout: (error as { output?: string }).output ?? String(error) }),
  );
  const text = done.stdout;
  return {
    stdout: args.includes('--json') ? text.slice(text.indexOf('{\n'), text.lastIndexOf('}') + 1) : text,
  };
}

interface MarketResult {
  requests: { scheduled: number; ok: number };
  faults: { landedMs: number | null; repairMs: number | null }[];
}

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
