import { readFileSync } from 'node:fs';
import { connect } from '../../kubernetes/index.ts';
import { OpenbellError, exitCodes } from '../../support/index.ts';
import type { Capabilities, Cluster, ClusterProvider, CreateOptions, PowerAction } from '../provider.ts';
import { components, type ClusterSpec } from '../spec.ts';
import { boot, claim, kubeconfigOf, ownerLabel, planFor, type BootOptions } from './boot.ts';
import { loadImage } from './images.ts';
import { kindPower, nodeLogs, powerNode, switchComponent } from './nodes.ts';
import { notProvided } from './problems.ts';
import {
  folderOf,
  isLeftOver,
  kindNameOf,
  readRecord,
  readRecords,
  updateRecord,
  type ClusterRecord,
} from './record.ts';
import { removeCluster, removeLeftovers } from './remove.ts';
import { requireKind } from './requirements.ts';
import { isFree, isLike, takeOver } from './reuse.ts';
import { join } from './spares.ts';
import { kindTools, type KindTools } from './tools.ts';
import { versionDifference } from '../version.ts';
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
  const host = await requireKind(tools, spec.workers.length + (spec.spares ?? []).length);
  for (const name of await removeLeftovers(tools))
    onProgress(`removed the cluster ${name}, left by a run that was killed`);
  const plan = await planFor({ spec, host, image });
  const options: BootOptions = { ...rest, tools, host, spec, plan, image: plan.image };
  const calling = { tools, asked: spec.kubernetesVersion };
  if (reuse === true) {
    const found = readRecords().find((record) => isFree(record) && isLike(record, plan));
    if (found !== undefined) {
      const taken = await takeOver(found, options);
      return runningCluster(taken, { ...calling, warden: null, shared: true });
    }
  }
  const record = await claim(options);
  const warden = startWarden(record.kindName);
  try {
    const ready = await boot(record, options);
    if (ready.kept) warden.dismiss();
    return runningCluster(ready, { ...calling, warden, shared: false });
  } catch (error) {
    await removeCluster(record, tools);
    warden.dismiss();
    throw error;
  }
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
  return runningCluster(record, { tools, warden: null, asked: undefined, shared: false });
}

function capabilitiesOf({ nodePort, spares = {} }: ClusterRecord): Capabilities {
  const withSpares: PowerAction[] = Object.keys(spares).length === 0 ? [] : ['add', 'remove'];
  return {
    power: new Set([...kindPower, ...withSpares]),
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
  {
    tools,
    warden,
    asked,
    shared,
  }: {
    tools: KindTools;
    warden: Warden | null;
    /** The version of Kubernetes. */
    asked: string | undefined;
    /** Only a run that found it running lets it run on. */
    shared: boolean;
  },
): Cluster {
  const { kindName, name, kubernetesVersion, notFollowed, facts, timings, nodeNames } = record;
  const controlPlane = `${kindName}-control-plane`;
  const images = new Set(record.images);
  return {
    name,
    shared,
    capabilities: capabilitiesOf(record),
    facts: {
      kubernetesVersion,
      notFollowed: [...notFollowed, ...versionDifference(asked, kubernetesVersion)],
      facts,
      timings,
      nodeNames,
    },
    // Never told: what happens to its containers shows only in what then fails.
    lost: new AbortController().signal,
    kubeconfig: () => readFileSync(kubeconfigOf(kindName), 'utf8'),
    kubeconfigPath: () => kubeconfigOf(kindName),
    entryPoint: () => Promise.resolve({ url: new URL(`http://127.0.0.1:${record.hostPort}`) }),
    async loadImage(image) {
      try {
        const nodes = Object.values(nodeNames);
        await loadImage(
          tools,
          {
            kindName,
            nodes: image.onControlPlane === true ? [controlPlane, ...nodes] : nodes,
            folder: folderOf(kindName),
            onBuild(name) {
              images.add(name);
              updateRecord(record, { images: [...images] });
            },
          },
          image,
        );
        return image.name;
      } catch (error) {
        throw notProvided(error);
      }
    },
    async power(node, action) {
      const labels = record.spares?.[node];
      if (action !== 'add' || labels === undefined) return powerNode(tools, node, action);
      const client = await connect(readFileSync(kubeconfigOf(kindName), 'utf8'));
      try {
        return await join(tools, client, { node, labels: { ...labels, [ownerLabel]: record.owner } });
      } finally {
        client.close();
      }
    },
    component: (component, action, node) =>
      switchComponent(tools, { name: component, action, node, controlPlane }),
    async logs(lines) {
      const nodes = [controlPlane, ...Object.values(nodeNames)];
      const texts = await Promise.all(nodes.map(async (node) => [node, await nodeLogs(tools, node, lines)]));
      return Object.fromEntries(texts) as Record<string, string>;
    },
    async destroy() {
      if (shared) {
        if (readRecord(kindName) !== undefined) updateRecord(record, { usedBy: null });
        return;
      }
      await removeCluster(record, tools);
      warden?.dismiss();
    },
  };
}
