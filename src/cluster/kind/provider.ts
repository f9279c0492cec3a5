import { readFileSync } from 'node:fs';
import { connect } from '../../kubernetes/index.ts';
import { OpenbellError, exitCodes } from '../../support/index.ts';
import type { Capabilities, Cluster, ClusterProvider, CreateOptions } from '../provider.ts';
import { components, type ClusterSpec } from '../spec.ts';
import { boot, claim, isFree, kubeconfigOf, nodesReady, planFor, type BootOptions } from './boot.ts';
import { loadImage } from './images.ts';
import { kindPower, nodeLogs, powerNode, switchComponent } from './nodes.ts';
import { notProvided } from './problems.ts';
import {
  isLeftOver,
  kindNameOf,
  readRecord,
  readRecords,
  writeRecord,
  type ClusterRecord,
} from './record.ts';
import { removeCluster, removeLeftovers } from './remove.ts';
import { requireKind } from './requirements.ts';
import { kindTools, type KindTools } from './tools.ts';
import { startWarden, type Warden } from './warden.ts';

export interface KindOptions {
  /** The nodes' image, `kindest/node:v1.34.0`; left out: the one that kind-config.yaml names, else kind's own. */
  image?: string | undefined;
}

/** Clusters of kind: each node is a container of Docker (or of what `KIND_EXPERIMENTAL_PROVIDER` names). */
export function kindProvider({ image }: KindOptions = {}): ClusterProvider {
  return {
    name: 'kind',
    create: async (spec, options) => {
      try {
        return await createCluster(spec, { ...options, image: image ?? null });
      } catch (error) {
        options.signal.throwIfAborted();
        throw notProvided(error);
      }
    },
    attach: (name) => attach(kindTools(), name),
  };
}

/** Names of the kind clusters that openbell made and that nobody uses: kept ones, and what killed runs left. */
export function kindClusterNames(): string[] {
  return readRecords()
    .filter((record) => isFree(record) || isLeftOver(record))
    .map(({ name }) => name);
}

async function createCluster(
  spec: ClusterSpec,
  { image, reuse, ...rest }: CreateOptions & { image: string | null },
): Promise<Cluster> {
  const { signal, onProgress } = rest;
  signal.throwIfAborted();
  const tools = kindTools();
  const host = await requireKind(tools, spec.workers.length);
  for (const name of await removeLeftovers(tools))
    onProgress(`removed the cluster ${name}, left by a run that was killed`);
  const plan = await planFor({ spec, host, image });
  const options: BootOptions = { ...rest, tools, host, spec, plan, image };
  if (reuse === true) {
    const found = readRecords().find((record) => isFree(record) && record.fingerprint === plan.fingerprint);
    if (found !== undefined) return reused(found, options);
  }
  const record = await claim(options);
  const warden = startWarden(record.kindName);
  try {
    const ready = await boot(record, options);
    if (ready.kept) warden.dismiss();
    return runningCluster(ready, { tools, warden });
  } catch (error) {
    await removeCluster(record, tools);
    warden.dismiss();
    throw error;
  }
}

/** A kept cluster of the same making: made whole, and marked as in use until it is let go. */
async function reused(record: ClusterRecord, { tools, signal, onProgress }: BootOptions): Promise<Cluster> {
  const { kindName } = record;
  onProgress(`using the cluster ${record.name}, which runs already with the same timings`);
  const taken = { ...record, usedBy: process.pid };
  writeRecord(taken);
  for (const container of record.containers) {
    const state = await tools.docker([
      'inspect',
      '--format',
      '{{.State.Running}} {{.State.Paused}}',
      container,
    ]);
    if (state.trim() === 'true true') await tools.docker(['unpause', container]);
    if (state.startsWith('false')) await tools.docker(['start', container]);
  }
  const client = await connect(readFileSync(kubeconfigOf(kindName), 'utf8'));
  try {
    await nodesReady(client, record.containers.length, { signal, onProgress });
  } finally {
    client.close();
  }
  return runningCluster(taken, { tools, warden: null });
}

async function attach(tools: KindTools, name: string): Promise<Cluster> {
  const record = readRecord(kindNameOf(name));
  if (record === undefined) {
    throw new OpenbellError(`openbell made no kind cluster named "${name}"`, {
      code: 'CLUSTER_NOT_FOUND',
      hint: 'Start one: openbell up --on kind',
      exitCode: exitCodes.clusterNotProvided,
    });
  }
  return runningCluster(record, { tools, warden: null });
}

function capabilitiesOf({ nodePort }: ClusterRecord): Capabilities {
  return {
    power: kindPower,
    components: new Set(components),
    processImages: false,
    podNetworkReachable: false,
    dividesObjectSeconds: false,
    nodePort,
    nodesVisible: true,
    limitedRights: false,
  };
}

function runningCluster(
  record: ClusterRecord,
  { tools, warden }: { tools: KindTools; warden: Warden | null },
): Cluster {
  const { kindName, name, kubernetesVersion, notFollowed, facts, timings, nodeNames } = record;
  const controlPlane = `${kindName}-control-plane`;
  // Only a run that found it running lets it run on.
  const shared = record.usedBy === process.pid;
  const images = new Set(record.images);
  return {
    name,
    shared,
    capabilities: capabilitiesOf(record),
    facts: { kubernetesVersion, notFollowed, facts, timings, nodeNames },
    // Never told: what happens to its containers shows only in what then fails.
    lost: new AbortController().signal,
    kubeconfig: () => readFileSync(kubeconfigOf(kindName), 'utf8'),
    kubeconfigPath: () => kubeconfigOf(kindName),
    entryPoint: () => Promise.resolve({ url: new URL(`http://127.0.0.1:${record.hostPort}`) }),
    async loadImage(image) {
      try {
        const { built } = await loadImage(
          tools,
          {
            kindName,
            nodes: [...(image.onControlPlane === true ? [controlPlane] : []), ...Object.values(nodeNames)],
          },
          image,
        );
        if (!built) return image.name;
        images.add(image.name);
        writeRecord({ ...(readRecord(kindName) ?? record), images: [...images] });
        return image.name;
      } catch (error) {
        throw notProvided(error);
      }
    },
    power: (node, action) => powerNode(tools, node, action),
    component: (component, action, node) =>
      switchComponent(tools, { name: component, action, node, controlPlane }),
    async logs(lines) {
      const nodes = [controlPlane, ...Object.values(nodeNames)];
      const texts = await Promise.all(nodes.map(async (node) => [node, await nodeLogs(tools, node, lines)]));
      return Object.fromEntries(texts) as Record<string, string>;
    },
    async destroy() {
      if (shared) {
        const current = readRecord(kindName);
        if (current !== undefined) writeRecord({ ...current, usedBy: null });
        return;
      }
      await removeCluster(record, tools);
      warden?.dismiss();
    },
  };
}
