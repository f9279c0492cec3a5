import type { Cluster, Component, PowerAction } from '../cluster/index.ts';
import type { FaultInject } from '../journal/index.ts';
import type { KubeClient } from '../kubernetes/index.ts';
import type { Random } from '../support/index.ts';
import type { TargetSelector } from './spec.ts';

/** Where a pod answers. */
export interface PodAddress {
  host: string;
  port: number;
  pod: string;
}

/** What a fault hits: a pod, a node, a component. */
export interface Target {
  name: string;
  uid: string;
  /** The pod's or component's node. */
  node?: string;
  /** Where the target, or the pods on it, answered before; empty where this host cannot reach them. */
  addresses: PodAddress[];
}

/** What a fault may use. */
export interface FaultContext {
  client: KubeClient;
  cluster: Pick<Cluster, 'power' | 'component' | 'capabilities'>;
  /** The run's own namespace; pods elsewhere are never touched. */
  namespace: string;
  /** Label selector of the workload's pods. */
  workloadSelector: string;
  /** Uids of targets that another fault holds; they are not chosen again. */
  taken: ReadonlySet<string>;
  random: Random;
  /** How long a proof may take. */
  proofDeadlineMs: number;
  signal: AbortSignal;
}

/** One kind of fault: what it selects, how it is injected, how it is proven to have landed, how it is undone. */
export interface Fault {
  readonly targetKind: FaultInject['targetKind'];
  /**
   * Whether its processes end when it lands, so that the kernel closes connections held to them: that is the instant of the fault.
   * Of other faults it is the instant before the call.
   */
  readonly endsProcesses: boolean;
  /** What the provider must be able to do to nodes. */
  readonly needs: readonly PowerAction[];
  /** What the provider must be able to stop. */
  readonly component?: Component;
  /** Chooses targets from what runs now; empty when nothing matches. */
  select(selector: TargetSelector, context: FaultContext): Promise<Target[]>;
  /** Resolves when it was done. @returns what the provider saw, if it saw something. */
  inject(targets: readonly Target[], context: FaultContext): Promise<string | null>;
  /**
   * Waits until the fault was seen to have landed on every target.
   *
   * @returns what proves it, one sentence; null where what the provider saw is the proof. @throws {OpenbellError} code
   *   `DEADLINE`.
   */
  prove(targets: readonly Target[], context: FaultContext): Promise<string | null>;
  /** Rolls it back; null for faults that Kubernetes itself repairs. @returns how, one sentence. */
  undo: ((targets: readonly Target[], context: FaultContext) => Promise<string>) | null;
}
