import type { PowerAction } from '../../../src/cluster/provider.ts';
import type { Component } from '../../../src/cluster/spec.ts';

/** The cluster under test, as the cases see it: where it is, and what can be done to it. Plain values, handed to the workers. */
export interface Target {
  on: 'embedded' | 'kind' | 'existing';
  kubeconfigPath: string;
  /** By which its provider finds it again; null where there is none. */
  name: string | null;
  /** Every timer of the cluster is divided by it. */
  speedup: number;
  /** How long pods stay on a lost node unless they say otherwise, by what the node is, as it is written into them. */
  tolerationSeconds: { 'not-ready': number; unreachable: number };
  /** An image that has `node` on its PATH. */
  image: string;
  /** What the provider can do to a node; empty where there is none. */
  power: PowerAction[];
  /** Components that can be stopped and started. */
  components: Component[];
  /** Pod and Service addresses answer on this host. */
  podNetworkReachable: boolean;
}

declare module 'vitest' {
  // The only way to tell Vitest what `inject` gives.
  interface ProvidedContext {
    target: Target;
  }
}

/** How `npm run test:contract` hands its choices to the set-up. */
export interface ContractChoice {
  on: Target['on'];
  kubeconfig?: string;
  image?: string;
  kindImage?: string;
  /** The timers of kind's control plane are divided by it; the cases' patience stays. */
  timers?: number;
  /** A kept cluster of kind's that is there already, by its name, and stays. */
  cluster?: string;
  speedup: number;
}

export const choiceVariable = 'OPENBELL_CONTRACT';
