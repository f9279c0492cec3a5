/** What faults are asked for: values only. The scenario file's schema produces them. */

/** Which pods or nodes a fault may choose from, and how many of them. */
export interface TargetSelector {
  /** Label selector (`key=value,key2 in (a,b)`); null takes the workload's pods, or the workers. */
  labels: string | null;
  /** Only pods on this node, or only this node. */
  node: string | null;
  /** How many: a count, or a percentage of what matches (rounded up); always at least one. */
  amount: { count: number } | { percent: number };
}

export const faultTypes = ['kill-pod', 'delete-pod', 'kill-node', 'hang-node', 'drain-node'] as const;
export type FaultType = (typeof faultTypes)[number];

export interface FaultSpec {
  /** Unique within the scenario; `<type>-<n>` when the file gives none. */
  id: string;
  type: FaultType;
  /** Ms after the start of traffic. */
  atMs: number;
  select: TargetSelector;
  /** Node faults: undone after this long; null leaves it until the run's end. */
  forMs: number | null;
}
