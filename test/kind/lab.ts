/** For tests on kind: the cluster that they share, and the command line. */
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { kindProvider, type Cluster } from '../../src/cluster/index.ts';
import { connect, isReady, kinds, type KubeClient } from '../../src/kubernetes/index.ts';
import { runProgram, until } from '../../src/support/index.ts';
import { entry } from '../e2e/openbell.ts';
import { clusterVariable } from './shared-cluster.ts';

const name = process.env[clusterVariable];
if (name === undefined) console.warn('kind: these tests did not run: npm run test:kind boots their cluster');

/** Whether there is no cluster to test on. */
export const isMissing = name === undefined;

/** The shared cluster with a connection to it, and a folder; both go with the file's tests. */
export interface Lab {
  cluster: Cluster;
  client: KubeClient;
  /** The name by which the cluster knows a worker or spare of `short.yaml`. */
  node: (called: string) => string;
  folder: string;
}

/** kind counts the machines of the shared cluster, whatever the run that had it last called them. */
const machines: Record<string, string> = {
  'worker-1': 'worker',
  'worker-2': 'worker2',
  'worker-3': 'worker3',
  'spare-1': 'worker4',
};

/** Call it where the tests are described, and what it returns in them. */
export function sharedLab(): () => Promise<Lab> {
  let made: Promise<Lab & { remove: () => Promise<void> }> | undefined;
  afterAll(async () => {
    const lab = await made;
    lab?.client.close();
    await lab?.remove();
  });
  const make = async (): Promise<Lab & { remove: () => Promise<void> }> => {
    const cluster = await kindProvider().attach(name ?? '');
    const folder = await mkdtempDisposable(path.join(tmpdir(), 'openbell-kind-'));
    return {
      cluster,
      client: await connect(cluster.kubeconfig()),
      node: (called) => `openbell-${name}-${machines[called]}`,
      folder: folder.path,
      remove: () => folder.remove(),
    };
  };
  return () => (made ??= make());
}

/** Resolves when a node is Ready, or is not. */
export async function untilReady({ client }: Lab, node: string, ready: boolean): Promise<void> {
  await until(async () => isReady(await client.get(kinds.node, node)) === ready, {
    what: `${node} to be ${ready ? '' : 'not '}Ready`,
    deadlineMs: 90_000,
  });
}

/** Names of the namespaces that runs made for themselves. Others may be on their way out still, those of the contract suite. */
export async function namespacesOfRuns({ client }: Lab): Promise<string[]> {
  const namespaces = await client.list(kinds.namespace, { labelSelector: 'openbell.dev/run' });
  return namespaces.map(({ metadata }) => metadata?.name ?? '');
}

/** kubectl on the control-plane node, as the cluster's administrator. @returns what it wrote. */
export async function kubectl({ node }: Lab, args: readonly string[], input = ''): Promise<string> {
  const controlPlane = node('worker-1').replace(/-worker$/, '-control-plane');
  const on = ['exec', '-i', controlPlane, 'kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf'];
  return (await runProgram('docker', [...on, ...args], { input })).stdout;
}

/** What a run came to, as far as these tests look. */
export interface ShortResult {
  provider: string;
  requests: { scheduled: number; ok: number };
  faults: { landedMs: number | null; repairMs: number | null }[];
}

/** What a command wrote to both streams, whatever it came to: a busy machine's run may not be trusted and is judged by its parts. */
export async function openbell(args: readonly string[]): Promise<string> {
  const done = await runProgram(process.execPath, [entry, ...args], { timeoutMs: 400_000 }).catch(
    (error: unknown) => ({ stdout: (error as { output?: string }).output ?? String(error), stderr: '' }),
  );
  return `${done.stderr}${done.stdout}`;
}

/** The result in what `openbell run … --json` wrote. */
export function resultIn(text: string): ShortResult {
  return JSON.parse(text.slice(text.indexOf('{\n'), text.lastIndexOf('}') + 1)) as ShortResult;
}
