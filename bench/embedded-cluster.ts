/**
 * How quick and how cheap the embedded cluster is: boot of 3 workers, first answer through a NodePort, idle CPU, memory of a node
 * process, and 100 pods from created to ready. Prints each figure beside the goal it is measured against, and beside what
 * the machine takes to start as many bare Node.js processes. `node bench/embedded-cluster.ts`, about a minute.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { median } from '../src/analysis/statistics/index.ts';
import { effectiveTimings, embeddedProvider, type Cluster, type ServicePort } from '../src/cluster/index.ts';
import { connect, isReady, kinds, type KubeClient } from '../src/kubernetes/index.ts';
import { until } from '../src/support/index.ts';
import { sampleApiImage, workloadObjects, type SampleApiSpec } from '../src/workload/index.ts';

const rounds = 5;
const signal = new AbortController().signal;

interface Row {
  what: string;
  measured: string;
  goal: string;
  compared: string;
}
const rows: Row[] = [];

const bareStart = median(await repeat(rounds, () => timed(() => run(['-e', '0']))));
const boots: number[] = [];
const answers: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const startedAt = performance.now();
  const cluster = await boot(`bench-${round}`);
  boots.push(performance.now() - startedAt);
  const client = await connect(cluster.kubeconfig());
  const deployedAt = performance.now();
  const service = await deploy(cluster, client, spec(2));
  const { url } = await cluster.entryPoint(service);
  await until(() => answer(url), {
    what: 'an answer',
    deadlineMs: 30_000,
    everyMs: 5,
  });
  answers.push(performance.now() - deployedAt);
  await cluster.destroy();
}
rows.push(
  {
    what: '3 workers and the control plane Ready, median',
    measured: ms(median(boots)),
    goal: '≤ 1000 ms',
    compared: `${(median(boots) / bareStart).toFixed(0)} × one bare node -e 0 (${ms(bareStart)})`,
  },
  {
    what: 'from deploying to the first answer through the Service, median',
    measured: ms(median(answers)),
    goal: '≤ 2000 ms',
    compared: `${(median(answers) / bareStart).toFixed(0)} × one bare node -e 0`,
  },
);

const cluster = await boot('bench-idle');
const idleFrom = clusterCpuMs('bench-idle');
const idleStart = performance.now();
await new Promise((resolve) => setTimeout(resolve, 10_000));
const idleShare = (clusterCpuMs('bench-idle') - idleFrom) / (performance.now() - idleStart);
const nodeBytes = residentBytes('bench-idle', 'node/main.ts');
rows.push(
  {
    what: 'idle, 4 nodes, speed-up 10',
    measured: `${(idleShare * 100).toFixed(1)} % of a core`,
    goal: '≤ 3 %',
    compared: 'all of the cluster’s processes over 10 s',
  },
  {
    what: 'memory of a node process without pods, largest',
    measured: mib(Math.max(...nodeBytes)),
    goal: '≤ 80 MiB',
    compared: `a bare Node.js process takes ${mib(bareMemory())}`,
  },
);

const client = await connect(cluster.kubeconfig());
const manyAt = performance.now();
await deploy(cluster, client, spec(100));
await until(
  async () => {
    const pods = await client.list(kinds.pod, { namespace: 'bench' });
    return pods.length === 100 && pods.every(isReady);
  },
  { what: '100 ready pods', deadlineMs: 120_000, everyMs: 100 },
);
const manyMs = performance.now() - manyAt;
const bareMany = await timed(() => Promise.all(Array.from({ length: 100 }, () => run(['-e', '0']))));
rows.push({
  what: '100 pods on 3 workers, created to all ready',
  measured: ms(manyMs),
  goal: '≤ 15000 ms',
  compared: `${(manyMs / bareMany).toFixed(1)} × 100 bare node -e 0 at once (${ms(bareMany)})`,
});
await cluster.destroy();

console.table(rows);

async function boot(name: string): Promise<Cluster> {
  const workers = [1, 2, 3].map((index) => ({
    name: `worker-${index}`,
    cpuMilli: 8000,
    memoryBytes: 16 * 1024 ** 3,
    maxPods: 110,
    labels: {},
  }));
  return embeddedProvider().create(
    { name, workers, timings: effectiveTimings(10) },
    { keep: false, signal, onProgress: () => {} },
  );
}

async function deploy(cluster: Cluster, client: KubeClient, workload: SampleApiSpec): Promise<ServicePort> {
  const image = sampleApiImage();
  await cluster.loadImage(image);
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bench' } });
  const { objects } = workloadObjects(workload, { namespace: 'bench', runId: 'bench' });
  for (const object of objects) await client.apply(object);
  const [service] = await client.list(kinds.service, { namespace: 'bench' });
  if (service === undefined) throw new Error('a workload without a Service');
  return { service, port: service.spec?.ports?.[0]?.port ?? 0 };
}

function spec(replicas: number): SampleApiSpec {
  return {
    kind: 'sample-api',
    replicas,
    cpuRequestMilli: 50,
    cpuLimitMilli: null,
    quoteWorkMs: 2,
    ordersWaitMs: 20,
    startupDelayMs: 0,
    startupPeriodSeconds: 2,
    readinessPeriodSeconds: 10,
    terminationGraceSeconds: 30,
    drainMs: 0,
    autoscaler: null,
  };
}

async function answer(url: URL): Promise<boolean> {
  const response = await fetch(new URL('/quote/BELL', url), { signal: AbortSignal.timeout(1000) });
  return response.ok;
}

async function run(args: string[]): Promise<void> {
  await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit');
}

function bareMemory(): number {
  const print = 'process.stdout.write(String(process.memoryUsage.rss()))';
  return Number(execFileSync(process.execPath, ['-e', print], { encoding: 'utf8' }));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function repeat<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let time = 0; time < times; time += 1) results.push(await work());
  return results;
}

function processesOf(clusterName: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid && read(`/proc/${pid}/cmdline`).includes(clusterName));
}

/** User and system time of all of the cluster's processes. */
function clusterCpuMs(clusterName: string): number {
  const ticks = processesOf(clusterName).map((pid) => {
    const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  });
  // A tick is 10 ms on every Linux that Node.js runs on.
  return ticks.reduce((sum, each) => sum + each, 0) * 10;
}

function residentBytes(clusterName: string, program: string): number[] {
  return processesOf(clusterName)
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes(program))
    .map((pid) => Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

function mib(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
}
