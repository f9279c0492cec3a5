/** The agent of a node: registers it and runs the pods that are bound to it. */
export type { KubeletOptions } from './context.ts';
export { Kubelet } from './kubelet.ts';
export { PodAddresses } from './pod-addresses.ts';
