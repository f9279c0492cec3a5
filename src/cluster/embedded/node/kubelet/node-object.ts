import { arch, hostname, platform, release, type as osType } from 'node:os';
import { createHash } from 'node:crypto';
import { followedVersion, nodeAddress, type NodeConfig } from '../../config.ts';
import type { Node } from '../../objects.ts';

type NodeStatus = NonNullable<Node['status']>;
type Condition = NonNullable<NodeStatus['conditions']>[number];

const controlPlaneRole = 'node-role.kubernetes.io/control-plane';

/** The Node object that a kubelet registers. */
export function nodeObject(config: NodeConfig): Node {
  const { node, role } = config;
  const system = { os: operatingSystem(), arch: architecture() };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      labels: {
        'kubernetes.io/hostname': node.name,
        'kubernetes.io/os': system.os,
        'kubernetes.io/arch': system.arch,
        'beta.kubernetes.io/os': system.os,
        'beta.kubernetes.io/arch': system.arch,
        ...(role === 'control-plane' && {
          [controlPlaneRole]: '',
          'node.kubernetes.io/exclude-from-external-load-balancers': '',
        }),
        ...node.labels,
      },
    },
    spec: {
      ...(config.addresses.mode === 'range' && podCidr(config)),
      ...(role === 'control-plane' && { taints: [{ key: controlPlaneRole, effect: 'NoSchedule' }] }),
    },
  };
}

function podCidr({ addresses, index }: NodeConfig): { podCIDR: string; podCIDRs: string[] } {
  const podCIDR = `127.${addresses.block}.${index}.0/24`;
  return { podCIDR, podCIDRs: [podCIDR] };
}

/** What does not change while a node runs. */
export function nodeFacts(config: NodeConfig): NodeStatus {
  const { node } = config;
  const capacity = {
    cpu: node.cpuMilli % 1000 === 0 ? String(node.cpuMilli / 1000) : `${node.cpuMilli}m`,
    memory: node.memoryBytes % 1024 === 0 ? `${node.memoryBytes / 1024}Ki` : String(node.memoryBytes),
    pods: String(node.maxPods),
  };
  const id = createHash('sha256').update(`${config.runDir}\n${node.name}`).digest('hex').slice(0, 32);
  return {
    capacity,
    allocatable: capacity,
    addresses: [
      { type: 'InternalIP', address: nodeAddress(config.addresses, config.index) },
      { type: 'Hostname', address: node.name },
    ],
    nodeInfo: {
      machineID: id,
      systemUUID: id,
      bootID: `${id}-${process.pid}`,
      kernelVersion: release(),
      osImage: `${osType()} on ${hostname()}`,
      containerRuntimeVersion: `openbell://node-${process.versions.node}`,
      kubeletVersion: followedVersion,
      kubeProxyVersion: '',
      operatingSystem: operatingSystem(),
      architecture: architecture(),
    },
  };
}

const healthy: Omit<Condition, 'lastHeartbeatTime' | 'lastTransitionTime'>[] = [
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  {
    type: 'DiskPressure',
    status: 'False',
    reason: 'KubeletHasNoDiskPressure',
    message: 'kubelet has no disk pressure',
  },
  {
    type: 'PIDPressure',
    status: 'False',
    reason: 'KubeletHasSufficientPID',
    message: 'kubelet has sufficient PID available',
  },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
];

/** The conditions of a node whose kubelet runs; those of others are kept, and so are the times of what did not change. */
export function nodeConditions(before: Condition[], now: string): Condition[] {
  const ours = healthy.map((condition) => {
    const same = before.find(({ type, status }) => type === condition.type && status === condition.status);
    return { ...condition, lastHeartbeatTime: now, lastTransitionTime: same?.lastTransitionTime ?? now };
  });
  const types = new Set(ours.map(({ type }) => type));
  return [...before.filter(({ type }) => !types.has(type)), ...ours];
}

/** Names as Go has them. */
function operatingSystem(): string {
  return platform() === 'win32' ? 'windows' : platform();
}

function architecture(): string {
  return { x64: 'amd64', ia32: '386' }[arch() as string] ?? arch();
}
