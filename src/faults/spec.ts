/** What faults are asked for: values only. The scenario file's schema produces them. */
import type { Component } from '../cluster/spec.ts';

/** Which pods or nodes a fault may choose from, and how many of them. */
export interface TargetSelector {
  /** Label selector (`key=value,key2 in (a,b)`); null takes the workload's pods, or the workers. */
  labels: string | null;
  /** Only pods on this node, or only this node. */
  node: string | null;
  /** How many: a count, or a percentage of what matches (rounded up); always at least one. */
  amount: { count: number } | { percent: number };
}

/** Every type of fault, and what it is aimed at. */
export const faultAims = {
  'kill-pod': 'pod',
  'delete-pod': 'pod',
  'kill-node': 'node',
  'hang-node': 'node',
  'drain-node': 'node',
  'partition-node': 'node',
  'stop-component': 'component',
  'add-node': 'spare',
} as const satisfies Record<string, 'pod' | 'node' | 'component' | 'spare'>;
export type FaultType = keyof typeof faultAims;
export const faultTypes = Object.keys(faultAims) as [FaultType, ...FaultType[]];

export interface FaultSpec {
  /** Unique within the scenario; `<type>-<n>` when the file gives none. */
  id: string;
  type: FaultType;
  /** Ms after the start of traffic. */
  atMs: number;
  select: TargetSelector;
  /** Of `stop-component`: what is stopped. */
  component?: Component;
  /** Of `add-node`: names of the spares that join. */
  joins?: readonly string[];
  /** Faults that can be undone: after this long; null leaves it until the run's end. */
  forMs: number | null;
}
