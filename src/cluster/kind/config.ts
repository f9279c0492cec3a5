/** Pure: kind-config.yaml and what a scenario asks for → the configuration of one cluster. */
import { createHash } from 'node:crypto';
import { formatBytes } from '../../support/index.ts';
import type { ClusterSpec, NodeSpec } from '../spec.ts';
import { settingsFor, type ControlPlaneSettings } from './timings.ts';

/** A kind configuration (kind.x-k8s.io/v1alpha4), as far as openbell looks into it. */
export interface KindConfig {
  kind?: string;
  apiVersion?: string;
  name?: string;
  nodes?: KindNode[];
  kubeadmConfigPatches?: string[];
  networking?: { kubeProxyMode?: string; [key: string]: unknown };
  [key: string]: unknown;
}

interface KindNode {
  role?: string;
  image?: string;
  extraPortMappings?: PortMapping[];
  kubeadmConfigPatches?: string[];
  [key: string]: unknown;
}

interface PortMapping {
  containerPort: number;
  hostPort?: number;
  listenAddress?: string;
  protocol?: string;
}

/** Everything about a cluster that is known before it boots. */
export interface ClusterPlan {
  config: KindConfig;
  settings: ControlPlaneSettings;
  /** The node port through which traffic enters. */
  nodePort: number;
  /** The nodes' image; null leaves it to the file, or to kind. */
  image: string | null;
  /** Names that kind gives to the workers, by the names that the spec gives them. */
  nodeNames: Record<string, string>;
  /** Labels of the workers, by the name kind gives. */
  labels: Record<string, Record<string, string>>;
  /** The same of those that join later. */
  spares: Record<string, Record<string, string>>;
  /** Of the spec's wishes. */
  notFollowed: string[];
  /** Two clusters with the same one are alike but for their spares, and for labels, which a cluster that runs can be given. */
  fingerprint: string;
  /** Of each spare, in their order: two with the same one are alike. */
  spareFingerprints: string[];
}

/** What the container engine's machine offers to each node. */
export interface HostCapacity {
  cpuMilli: number;
  memoryBytes: number;
}

/** Where the traffic's NodePort is when the file maps none. */
const defaultNodePort = 30_080;

/** The nodes' image: one that was given, else what the file names, else that of the version that is asked for, else kind's own. */
export function chooseImage(
  given: string | null,
  base: KindConfig,
  { kubernetesVersion }: Pick<ClusterSpec, 'kubernetesVersion'>,
): string | null {
  const isNamed = (base.nodes ?? []).some(({ image }) => image !== undefined);
  if (given !== null || isNamed || kubernetesVersion === undefined) return given;
  return `kindest/node:${kubernetesVersion}`;
}

/**
 * The plan of a cluster: the file's control plane with its port mapped to a free port of 127.0.0.1, one worker for each that
 * the spec names, after the model of the file's first worker, and the timings as kubeadm patches.
 *
 * @param image Goes before the file's own; null leaves those.
 */
export function planCluster({
  name,
  base,
  spec,
  host,
  image,
}: {
  name: string;
  base: KindConfig;
  spec: ClusterSpec;
  host: HostCapacity;
  image: string | null;
}): ClusterPlan {
  const settings = settingsFor(spec.timings);
  const spares = spec.spares ?? [];
  const workers = [...spec.workers, ...spares];
  const nodes = base.nodes ?? [];
  const controlPlane = nodes.find(({ role }) => role === 'control-plane') ?? { role: 'control-plane' };
  const worker = nodes.find(({ role }) => role === 'worker') ?? { role: 'worker' };
  const nodePort = controlPlane.extraPortMappings?.[0]?.containerPort ?? defaultNodePort;
  const withImage = (node: KindNode): KindNode => (image === null ? node : { ...node, image });

  const config: KindConfig = {
    ...base,
    kubeadmConfigPatches: [...(base.kubeadmConfigPatches ?? []), ...timingPatches(settings, proxyMode(base))],
    nodes: [
      withImage({
        ...controlPlane,
        // 0: a free port, so that several clusters stand side by side.
        extraPortMappings: [{ containerPort: nodePort, hostPort: 0, listenAddress: '127.0.0.1' }],
      }),
      ...workers.map((each) =>
        withImage({
          ...worker,
          kubeadmConfigPatches: [...(worker.kubeadmConfigPatches ?? []), kubeletPatch(each, host, settings)],
        }),
      ),
    ],
  };
  // The name is given on the command line.
  delete config.name;
  const names = nameWorkers(spec, name);
  const sizes = workers.map(({ cpuMilli, memoryBytes, maxPods }) => [cpuMilli, memoryBytes, maxPods]);
  const withoutSpares = { ...config, nodes: config.nodes?.slice(0, 1 + spec.workers.length) };
  return {
    config,
    settings,
    nodePort,
    image,
    ...names,
    notFollowed: [...settings.notFollowed, ...workers.flatMap((each) => shortages(each, host))],
    fingerprint: digest([withoutSpares, sizes.slice(0, spec.workers.length), settings]),
    spareFingerprints: spares.map((_, index) => {
      const at = spec.workers.length + index;
      return digest([config.nodes?.[1 + at], sizes[at]]);
    }),
  };
}

/** What kind calls the workers and spares of a cluster of this name, and the labels of each: kind counts, whatever the spec calls them. */
export function nameWorkers(
  { workers, spares = [] }: Pick<ClusterSpec, 'workers' | 'spares'>,
  kindName: string,
): Pick<ClusterPlan, 'nodeNames' | 'labels' | 'spares'> {
  const all = [...workers, ...spares];
  const containerOf = (index: number): string => `${kindName}-worker${index === 0 ? '' : index + 1}`;
  const labelled = all.map(({ labels }, index) => [containerOf(index), labels] as const);
  return {
    nodeNames: Object.fromEntries(all.map(({ name }, index) => [name, containerOf(index)])),
    labels: Object.fromEntries(labelled.slice(0, workers.length)),
    spares: Object.fromEntries(labelled.slice(workers.length)),
  };
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

/** What kube-proxies work with; kind's own choice where the file makes none. */
function proxyMode({ networking }: KindConfig): string {
  return networking?.kubeProxyMode ?? 'iptables';
}

/** Merge patches without apiVersion: kind applies them to whichever version of kubeadm's configuration it writes. */
function timingPatches(
  { apiServer, controllerManager, kubelet, proxyMinSync }: ControlPlaneSettings,
  mode: string,
): string[] {
  return [
    {
      kind: 'ClusterConfiguration',
      apiServer: { extraArgs: apiServer },
      controllerManager: { extraArgs: controllerManager },
    },
    { kind: 'KubeletConfiguration', ...kubelet },
    ...(mode === 'none' ? [] : [{ kind: 'KubeProxyConfiguration', [mode]: { minSyncPeriod: proxyMinSync } }]),
  ].map((patch) => JSON.stringify(patch, null, 2));
}

/** What the machine has more than the worker is to offer is set aside. */
function kubeletPatch(
  { cpuMilli, memoryBytes, maxPods }: NodeSpec,
  host: HostCapacity,
  { kubeletFlags }: ControlPlaneSettings,
): string {
  const cpu = host.cpuMilli - cpuMilli;
  const memory = Math.floor((host.memoryBytes - memoryBytes) / 1024);
  const reserved = [...(cpu > 0 ? [`cpu=${cpu}m`] : []), ...(memory > 0 ? [`memory=${memory}Ki`] : [])];
  const kubeletExtraArgs = {
    ...kubeletFlags,
    'max-pods': String(maxPods),
    ...(reserved.length === 0 ? {} : { 'system-reserved': reserved.join(',') }),
  };
  return JSON.stringify({ kind: 'JoinConfiguration', nodeRegistration: { kubeletExtraArgs } }, null, 2);
}

function shortages({ name, cpuMilli, memoryBytes }: NodeSpec, host: HostCapacity): string[] {
  const cpu =
    cpuMilli > host.cpuMilli
      ? [`${name} is to offer ${cpuMilli} m of CPU; the machine has ${host.cpuMilli} m`]
      : [];
  const memory =
    memoryBytes > host.memoryBytes
      ? [`${name} is to offer ${formatBytes(memoryBytes)}; the machine has ${formatBytes(host.memoryBytes)}`]
      : [];
  return [...cpu, ...memory];
}
