/** How the embedded cluster's processes are told what to be: one JSON document each, read from a file. */
import type { NodeSpec, Timings } from '../spec.ts';

/** Version of Kubernetes whose behaviour is followed. */
export const followedVersion = 'v1.34.4';

/** Addresses of one cluster: everything in 127.<block>.0.0/16, so that clusters on one machine do not meet. */
export interface AddressPlan {
  /**
   * `range`: every pod has its own address. `single`: the OS has only 127.0.0.1; pods share it and get distinct ports, which
   * the kubelet writes to the pod's annotation `openbell.dev/port-map` (`{"8080":20131}`, containerPort → real port).
   */
  mode: 'range' | 'single';
  /** Second octet, 64…254; unused in `single` mode. */
  block: number;
}

/** Annotation with the real port of each container port; written by the kubelet where they differ. */
export const portMapAnnotation = 'openbell.dev/port-map';

/**
 * - node `i` (0 = control plane, at most 126): 127.<block>.<i>.1
 * - its pods: 127.<block>.<i>.2 … 254, one /24 per node as kubeadm clusters have it
 * - Services' clusterIP: 127.<block>.255.1 … 254
 * - where node `i`'s kube-proxy serves the Service with clusterIP …255.<s> to its own pods: 127.<block>.<128+i>.<s>
 */
export function nodeAddress(plan: AddressPlan, index: number): string {
  return plan.mode === 'single' ? '127.0.0.1' : `127.${plan.block}.${index}.1`;
}

/** The addresses that pods of a node may have, in order; in `single` mode they share the only one. */
export function podAddresses(plan: AddressPlan, index: number): string[] {
  if (plan.mode === 'single') return ['127.0.0.1'];
  return Array.from({ length: 253 }, (_, n) => `127.${plan.block}.${index}.${n + 2}`);
}

/**
 * The address at which a node's own pods reach a Service, through their node's kube-proxy: the OS has one loopback for all
 * nodes, so a clusterIP alone could not tell whose proxy is meant.
 */
export function serviceAddressOnNode(plan: AddressPlan, index: number, clusterIP: string): string {
  if (plan.mode === 'single') return '127.0.0.1';
  return `127.${plan.block}.${128 + index}.${clusterIP.split('.')[3] ?? ''}`;
}

export interface ControlPlaneConfig {
  clusterName: string;
  /** Temporary folder of the cluster; gone with it. */
  runDir: string;
  addresses: AddressPlan;
  timings: Timings;
  /** Folder with ca.crt, server.crt, server.key. */
  pkiDir: string;
  /** Where the API server listens; port 0 takes a free one, and `ready` tells which. */
  apiServer: { host: string; port: number };
}

export interface NodeConfig {
  clusterName: string;
  runDir: string;
  addresses: AddressPlan;
  timings: Timings;
  /** 0 is the control plane. */
  index: number;
  role: 'control-plane' | 'worker';
  node: NodeSpec;
  apiServerUrl: string;
  /** PEM files of this node's client identity. */
  tls: { ca: string; cert: string; key: string };
  /** JSON file with the `ProcessImage[]` that this cluster's registry knows; read anew at each pull. */
  imagesFile: string;
  /**
   * The runtime keeps here, one per line, the process-group id of every container it started and that may still run. Whoever
   * cuts the node's power kills the node process and these groups; whoever hangs it stops them.
   */
  groupsFile: string;
  /** What a container takes from being due to its process's start. */
  containerStartMs: number;
  /** CPU limits: `auto` takes cgroup v2, else v1, else the duty cycle. */
  cpuLimits: 'auto' | 'cgroup2' | 'cgroup1' | 'duty-cycle' | 'off';
}

/**
 * What a child process and the supervisor say to each other over Node's IPC channel. When the channel closes
 * unexpectedly the child ends everything that it started and exits: nothing outlives its parent.
 */
export type ToChild =
  | { type: 'stop' }
  | { type: 'component'; component: string; action: 'stop' | 'start' }
  /** To nodes: the links of these are cut, of all others they are not. */
  | { type: 'links'; cut: string[] };
export type FromChild =
  | { type: 'ready'; port?: number; facts?: Record<string, string> }
  | { type: 'component-done'; component: string; action: 'stop' | 'start'; error?: string }
  | { type: 'links-done'; cut: string[]; proof: string }
  | { type: 'failed'; message: string };
