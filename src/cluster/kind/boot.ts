import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, isReady, kinds, type KubeClient, type Node } from '../../kubernetes/index.ts';
import { OpenbellError, exitCodes, monotonicMs, until } from '../../support/index.ts';
import type { CreateOptions } from '../provider.ts';
import type { ClusterSpec } from '../spec.ts';
import { chooseImage, planCluster, type ClusterPlan, type HostCapacity, type KindConfig } from './config.ts';
import { provideMetrics } from './metrics-server.ts';
import {
  creatorFile,
  folderOf,
  kindNameOf,
  readRecord,
  updateRecord,
  writeRecord,
  type ClusterRecord,
} from './record.ts';
import { setAside } from './spares.ts';
import { containersOf, kindNetworkId, type KindTools } from './tools.ts';

/** Label of every node of a cluster that openbell made; its value stands in the cluster's record. */
export const ownerLabel = 'openbell.dev/owner';
const createDeadlineMs = 600_000;
const readyDeadlineMs = 180_000;

/** What a boot is told. */
export interface BootOptions extends Omit<CreateOptions, 'reuse'> {
  tools: KindTools;
  host: HostCapacity;
  spec: ClusterSpec;
  plan: ClusterPlan;
  image: string | null;
}

/** Reads kind-config.yaml and plans a cluster by it. */
export async function planFor(options: {
  spec: ClusterSpec;
  host: HostCapacity;
  image: string | null;
}): Promise<ClusterPlan> {
  const { parse } = await import('yaml');
  const file = fileURLToPath(new URL('../../../kind-config.yaml', import.meta.url));
  if (!existsSync(file)) {
    throw new OpenbellError(`expected a kind configuration at ${file}, but there is no such file`, {
      code: 'KIND_CONFIG_MISSING',
      exitCode: exitCodes.clusterNotProvided,
      hint: 'From a clone: git checkout kind-config.yaml',
    });
  }
  const base = parse(readFileSync(file, 'utf8')) as KindConfig;
  const image = chooseImage(options.image, base, options.spec);
  return planCluster({ ...options, image, base, name: kindNameOf(options.spec.name) });
}

/** The record of a cluster that is about to boot. @throws {OpenbellError} `CLUSTER_EXISTS`. */
export async function claim({ tools, spec, plan, image }: BootOptions): Promise<ClusterRecord> {
  const kindName = kindNameOf(spec.name);
  const known = readRecord(kindName);
  if (known !== undefined || (await containersOf(tools, kindName)).length > 0) {
    throw new OpenbellError(`a kind cluster named "${kindName}" exists already`, {
      code: 'CLUSTER_EXISTS',
      exitCode: exitCodes.clusterNotProvided,
      hint:
        known === undefined
          ? 'openbell did not make it and does not touch it: choose another name.'
          : `End it first: openbell down ${spec.name} --on kind`,
    });
  }
  const record: ClusterRecord = {
    format: 1,
    name: spec.name,
    kindName,
    owner: randomUUID(),
    pid: process.pid,
    usedBy: process.pid,
    state: 'booting',
    kept: false,
    containers: [],
    images: [],
    networkBefore: await kindNetworkId(tools),
    fingerprint: plan.fingerprint,
    spareFingerprints: plan.spareFingerprints,
    nodeImage: image,
    nodePort: plan.nodePort,
    hostPort: 0,
    kubernetesVersion: '',
    nodeNames: plan.nodeNames,
    labels: plan.labels,
    spares: plan.spares,
    timings: plan.settings.effective,
    notFollowed: plan.notFollowed,
    facts: {},
  };
  writeRecord(record);
  return record;
}

/** Boots the cluster of a record; resolves when every node is Ready and metrics are served. */
export async function boot(record: ClusterRecord, options: BootOptions): Promise<ClusterRecord> {
  const { tools, plan, keep, signal, onProgress } = options;
  const { kindName } = record;
  const startedAt = monotonicMs();
  await create(record, options);
  const createdAt = monotonicMs();

  const containers = await containersOf(tools, kindName);
  const hostPort = await mappedPort(tools, `${kindName}-control-plane`, plan.nodePort);
  const client = await connect(readFileSync(kubeconfigOf(kindName), 'utf8'));
  try {
    await nodesReady(client, containers.length, { signal, onProgress });
    await labelNodes(client, record.owner, { labels: { ...plan.labels, ...plan.spares }, signal });
    for (const spare of Object.keys(plan.spares)) {
      onProgress(`setting ${spare} aside, to join later`);
      await setAside(tools, client, spare);
    }
    const metrics = await provideMetrics(client, {
      resolutionSeconds: plan.settings.metricsResolutionSeconds,
      signal,
      onProgress,
    });
    const kubernetesVersion = await client.version();
    const bootedAt = monotonicMs();
    return updateRecord(record, {
      state: 'ready',
      kept: keep,
      containers: containers.map(({ id }) => id),
      hostPort,
      kubernetesVersion,
      notFollowed: [...record.notFollowed, ...(await ignoredSettings(client, plan, signal))],
      facts: {
        nodes: `containers of ${tools.engine}, named ${kindName}-…`,
        metrics,
        boot: `${seconds(bootedAt - startedAt)}, of which kind create cluster took ${seconds(createdAt - startedAt)}`,
      },
    });
  } finally {
    client.close();
  }
}

export function kubeconfigOf(kindName: string): string {
  return path.join(folderOf(kindName), 'kubeconfig');
}

async function create(
  { kindName }: ClusterRecord,
  { tools, plan, image, signal, onProgress }: BootOptions,
): Promise<void> {
  const { stringify } = await import('yaml');
  const folder = folderOf(kindName);
  const configFile = path.join(folder, 'kind-config.yaml');
  writeFileSync(configFile, stringify(plan.config));
  const creator = path.join(folder, creatorFile);
  onProgress(`creating the kind cluster ${kindName}${image === null ? '' : ` from ${image}`}`);
  const where = ['--name', kindName, '--config', configFile, '--kubeconfig', kubeconfigOf(kindName)];
  // kind's own --wait looks at the control plane only; every node is waited for afterwards.
  await tools.kind(['create', 'cluster', ...where], {
    signal,
    timeoutMs: createDeadlineMs,
    onStart: (group) => writeFileSync(creator, String(group)),
    onLine: (line) => {
      // Its steps end in pictures.
      const step = /✓ (.+)/
        .exec(line)?.[1]
        ?.replaceAll(/[^\x20-\x7e]+/g, '')
        .trim();
      if (step !== undefined) onProgress(`kind: ${step}`);
    },
  });
  rmSync(creator, { force: true });
}

/** The port of 127.0.0.1 behind which a container's port is. */
async function mappedPort(tools: KindTools, container: string, port: number): Promise<number> {
  const text = await tools.docker(['port', container, `${port}/tcp`]);
  const found = /:(\d+)\s*$/m.exec(text)?.[1];
  if (found === undefined) throw new Error(`${container} maps its port ${port} to no port of this machine`);
  return Number(found);
}

/** Resolves when `count` nodes are there and each is Ready. */
export async function nodesReady(
  client: KubeClient,
  count: number,
  { signal, onProgress }: Pick<CreateOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  const seen = new Set<string>();
  await until(
    async () => {
      const nodes = await client.list(kinds.node, { signal });
      for (const node of nodes.filter((each) => isReady(each))) {
        const name = node.metadata?.name ?? '';
        if (!seen.has(name)) onProgress(`node ${name} is Ready`);
        seen.add(name);
      }
      const waiting = nodes.filter((each) => !isReady(each));
      if (nodes.length >= count && waiting.length === 0) return true;
      throw new Error(
        `${nodes.length} of ${count} nodes have joined; ${waiting.map(describeNode).join('; ') || 'all of those are Ready'}`,
      );
    },
    { what: 'every node to be Ready', deadlineMs: readyDeadlineMs, everyMs: 300, signal },
  );
}

function describeNode({ metadata, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return `${metadata?.name} is not: ${ready?.message ?? 'it has not reported'}`;
}

/** Labels by the API: a kubelet may not give itself every label that a scenario may want. */
async function labelNodes(
  client: KubeClient,
  owner: string,
  { labels, signal }: { labels: ClusterPlan['labels']; signal: AbortSignal },
): Promise<void> {
  for (const { metadata } of await client.list(kinds.node, { signal })) {
    const name = metadata?.name ?? '';
    const patch = { metadata: { labels: { ...labels[name], [ownerLabel]: owner } } };
    await client.patch(kinds.node, name, patch, { signal });
  }
}

/** Whether the settings arrived: a kind that writes another kubeadm configuration than we know would drop them silently. */
async function ignoredSettings(
  client: KubeClient,
  { settings }: ClusterPlan,
  signal: AbortSignal,
): Promise<string[]> {
  const pods = await client.list(kinds.pod, { namespace: 'kube-system', signal });
  const missing = (component: string, flags: Record<string, string>): string[] => {
    const pod = pods.find(({ metadata }) => metadata?.labels?.['component'] === component);
    const given = pod?.spec?.containers.flatMap(({ command = [], args = [] }) => [...command, ...args]) ?? [];
    return Object.entries(flags)
      .map(([name, value]) => `--${name}=${value}`)
      .filter((flag) => pod !== undefined && !given.includes(flag))
      .map((flag) => `${component} was not given ${flag}: this kind does not pass it on`);
  };
  return [
    ...missing('kube-apiserver', settings.apiServer),
    ...missing('kube-controller-manager', settings.controllerManager),
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
