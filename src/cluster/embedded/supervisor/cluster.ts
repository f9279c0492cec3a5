import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { OpenbellError, exitCodes, killGroups, raceAbort } from '../../../support/index.ts';
import {
  controlPlaneName,
  isOfControlPlane,
  type Component,
  type NodeSpec,
  type Timings,
} from '../../spec.ts';
import type { PowerAction, ProcessImage } from '../../provider.ts';
import { followedVersion, nodeAddress, type ControlPlaneConfig, type NodeConfig } from '../config.ts';
import { adminKubeconfig, createPki, issueNodeIdentity, nodeIdentityFiles } from '../pki.ts';
import type { ClaimedAddresses } from './addresses.ts';
import { startChild, type Child } from './child.ts';
import type { BootRequest } from './contract.ts';
import { groupList } from './group-list.ts';
import { createMachine, type Machine } from './machine.ts';

/** What a cluster's creator gets to know about it. */
export interface BootResult {
  kubeconfig: string;
  kubeconfigPath: string;
  /** Address of the control-plane node, on which NodePorts are reached. */
  entryAddress: string;
  kubernetesVersion: string;
  facts: Record<string, string>;
  timings: Timings;
}

/** The processes of one embedded cluster. */
export interface RunningCluster {
  readonly boot: BootResult;
  /** Resolves with the reason when the control plane ended though nobody asked for it. */
  readonly lost: Promise<string>;
  loadImage(image: ProcessImage): void;
  power(node: string, action: PowerAction): Promise<string>;
  component(name: Component, action: 'stop' | 'start', node?: string): Promise<string>;
  logs(lines: number): Record<string, string>;
  /** Kills every process of the cluster. */
  end(): Promise<void>;
}

export interface BootOptions extends BootRequest {
  runDir: string;
  addresses: ClaimedAddresses;
  onProgress: (message: string) => void;
  /** Aborted when the cluster is to be ended while it still boots. */
  signal: AbortSignal;
}

/** The control-plane node only carries the entry point; nothing of the workload is scheduled there. */
const controlPlaneNode: NodeSpec = {
  name: controlPlaneName,
  cpuMilli: 1000,
  memoryBytes: 1024 ** 3,
  maxPods: 10,
  labels: {},
};

/** Starts the control plane and every node; resolves when all of them are Ready. When it rejects, none of them runs. */
export async function bootCluster(options: BootOptions): Promise<RunningCluster> {
  const { spec, runDir, addresses, onProgress, signal } = options;
  for (const folder of ['config', 'groups', 'logs', 'pods'])
    mkdirSync(`${runDir}/${folder}`, { recursive: true });
  const imagesFile = `${runDir}/images.json`;
  const images = new Map<string, ProcessImage>();
  writeFileSync(imagesFile, '[]');
  const groups = groupList(`${runDir}/groups/cluster-processes`);
  let ending = false;

  const specs = [controlPlaneNode, ...spec.workers];
  const { host, port } = addresses.apiServer;
  const apiServerUrl = `https://${host}:${port}`;
  const pkiDir = `${runDir}/pki`;
  await createPki(
    pkiDir,
    specs.map(({ name }) => name),
    [host],
  );
  const kubeconfig = await adminKubeconfig(pkiDir, { name: `openbell-${spec.name}`, url: apiServerUrl });
  const kubeconfigPath = `${runDir}/kubeconfig`;
  writeFileSync(kubeconfigPath, kubeconfig, { mode: 0o600 });
  signal.throwIfAborted();
  onProgress('certificates made');

  const controlPlane = startControlPlane();
  const machines = new Map<string, Machine>();
  /** Nodes whose link is cut. */
  const unlinked = new Set<string>();
  for (const [index, node] of specs.entries()) machines.set(node.name, machine(node, index));
  const started = [...machines.values()].map(async (each) => {
    await each.start();
    onProgress(`node ${each.name} is ready`);
  });
  const answering = controlPlane.ready.then(() => onProgress(`API server answers at ${apiServerUrl}`));
  try {
    await raceAbort(Promise.all([answering, ...started]), signal);
  } catch (error) {
    // Nothing of it may still write to the cluster's folder when that is removed.
    await end();
    throw error;
  }
  const nodeFacts = await machines.get(controlPlaneName)?.child()?.ready;

  return {
    boot: {
      kubeconfig,
      kubeconfigPath,
      entryAddress: nodeAddress(addresses.plan, 0),
      kubernetesVersion: followedVersion,
      facts: {
        substrate: 'nodes and pods are processes of this machine',
        'API server': apiServerUrl,
        addresses:
          addresses.plan.mode === 'range'
            ? `127.${addresses.plan.block}.0.0/16, one per pod`
            : '127.0.0.1, one port per pod',
        ...(spec.containerStartMs !== undefined && { 'container start': `${spec.containerStartMs} ms` }),
        ...nodeFacts?.facts,
      },
      timings: spec.timings,
    },
    lost: controlPlane.ended.then(() =>
      ending ? new Promise<never>(() => {}) : 'its control plane ended on its own',
    ),
    loadImage(image) {
      images.set(image.name, image);
      // Renamed into place, so that a kubelet never reads half a file.
      writeFileSync(`${imagesFile}.new`, JSON.stringify([...images.values()]));
      renameSync(`${imagesFile}.new`, imagesFile);
    },
    power,
    component,
    logs: (lines) => logTails(`${runDir}/logs`, lines),
    end,
  };

  async function end(): Promise<void> {
    ending = true;
    await Promise.all([...machines.values()].filter((each) => each.child()).map((each) => each.kill()));
    await killGroups(groups.all());
  }

  function startControlPlane(): Child {
    const config: ControlPlaneConfig = {
      clusterName: spec.name,
      runDir,
      addresses: addresses.plan,
      timings: spec.timings,
      pkiDir,
      apiServer: addresses.apiServer,
    };
    const configFile = `${runDir}/config/api-server.json`;
    writeFileSync(configFile, JSON.stringify(config));
    const logFile = `${runDir}/logs/api-server.log`;
    return startChild({
      name: 'the control plane',
      entry: 'control-plane/main.ts',
      configFile,
      logFile,
      groups,
      runDir,
    });
  }

  function machine(node: NodeSpec, index: number): Machine {
    const config = nodeConfig(node, { index, options, apiServerUrl, imagesFile });
    return createMachine({
      config,
      configFile: `${runDir}/config/node-${node.name}.json`,
      logFile: `${runDir}/logs/node-${node.name}.log`,
      groups,
      onCrash: (name) => {
        if (!ending) onProgress(`node ${name} ended on its own`);
      },
    });
  }

  async function power(name: string, action: PowerAction): Promise<string> {
    if (action === 'add') return addNode(name);
    const target = machines.get(name);
    if (target === undefined) throw noSuchNode(name, machines);
    switch (action) {
      case 'kill':
        return target.kill();
      case 'pause':
        return target.pause();
      case 'resume':
        return target.resume();
      case 'start': {
        const child = await target.start();
        if (unlinked.size > 0) await child.relink([...unlinked]);
        return `node process ${child.groupId} runs and its kubelet reports Ready`;
      }
      case 'remove': {
        const proof = target.child() === undefined ? `node ${name} was off` : await target.kill();
        machines.delete(name);
        unlinked.delete(name);
        return proof;
      }
      case 'disconnect':
      case 'connect':
        return relink(target, action);
      default:
        return action satisfies never;
    }
  }

  /** Every node hears of it: the others hold what goes to its pods. One that hangs hears of it when it goes on. */
  async function relink(target: Machine, action: 'disconnect' | 'connect'): Promise<string> {
    const { name } = target;
    const child = target.child();
    if (child === undefined) throw new OpenbellError(`node ${name} is off`, { code: 'NODE_IS_OFF' });
    if (action === 'disconnect') unlinked.add(name);
    else unlinked.delete(name);
    const others = [...machines.values()].filter((each) => each !== target);
    const told = others.map((each) => {
      // One that goes meanwhile need not know.
      const said = each
        .child()
        ?.relink([...unlinked])
        .catch(() => {});
      return each.isPaused() ? undefined : said;
    });
    const [own] = await Promise.all([child.relink([...unlinked]), ...told]);
    return action === 'connect'
      ? `node process ${child.groupId} of ${name} is connected again`
      : `node process ${child.groupId} of ${name} is cut off: ${own}`;
  }

  async function addNode(name: string): Promise<string> {
    if (machines.has(name)) {
      throw new OpenbellError(`cannot add node ${name}: there is one of that name`, { code: 'NODE_EXISTS' });
    }
    const like = { ...(spec.workers.at(-1) ?? controlPlaneNode), name, labels: {} };
    const spare = spec.spares?.find((each) => each.name === name) ?? like;
    const index = Math.max(...[...machines.values()].map(({ config }) => config.index)) + 1;
    await issueNodeIdentity(pkiDir, name);
    const added = machine(spare, index);
    machines.set(name, added);
    const child = await added.start();
    if (unlinked.size > 0) await child.relink([...unlinked]);
    return `node process ${child.groupId} runs and its kubelet reports Ready`;
  }

  async function component(name: Component, action: 'stop' | 'start', node?: string): Promise<string> {
    const state = action === 'stop' ? 'stopped' : 'running';
    if (isOfControlPlane(name)) {
      await controlPlane.component(name, action);
      return `the control plane's process ${controlPlane.groupId} reports its ${name} as ${state}`;
    }
    const target = machines.get(node ?? '');
    if (target === undefined) throw noSuchNode(node ?? '', machines);
    const child = target.child();
    if (child === undefined) throw new OpenbellError(`node ${target.name} is off`, { code: 'NODE_IS_OFF' });
    await child.component(name, action);
    return `node process ${child.groupId} of ${target.name} reports its ${name} as ${state}`;
  }
}

function nodeConfig(
  node: NodeSpec,
  {
    index,
    options,
    apiServerUrl,
    imagesFile,
  }: { index: number; options: BootOptions; apiServerUrl: string; imagesFile: string },
): NodeConfig {
  const { spec, runDir, addresses, cpuLimits } = options;
  return {
    clusterName: spec.name,
    runDir,
    addresses: addresses.plan,
    timings: spec.timings,
    index,
    role: index === 0 ? 'control-plane' : 'worker',
    node,
    apiServerUrl,
    tls: nodeIdentityFiles(`${runDir}/pki`, node.name),
    imagesFile,
    groupsFile: `${runDir}/groups/node-${node.name}`,
    containerStartMs: spec.containerStartMs ?? 0,
    cpuLimits,
  };
}

function noSuchNode(name: string, machines: ReadonlyMap<string, Machine>): OpenbellError {
  return new OpenbellError(`no node "${name}"; there are ${[...machines.keys()].join(', ')}`, {
    code: 'NODE_NOT_FOUND',
    exitCode: exitCodes.faultDidNotLand,
  });
}

function logTails(folder: string, lines: number): Record<string, string> {
  const tails = readdirSync(folder).map((file) => {
    const text = readFileSync(`${folder}/${file}`, 'utf8').trimEnd();
    return [file.replace(/\.log$/, ''), text.split('\n').slice(-lines).join('\n')];
  });
  return Object.fromEntries(tails) as Record<string, string>;
}
