/** What faults did, to the cluster and to the client. */
import type { Outcome } from '../../journal/index.ts';
import type { Governor, Statement, StepSource } from './statement.ts';

/** The steps of a healing waterfall, in order. */
export const healingSteps = [
  'fault',
  'detected',
  'out of rotation',
  'replacement created',
  'scheduled',
  'started',
  'ready',
  'in rotation',
  'first request served',
] as const;

export type HealingStep = (typeof healingSteps)[number];

/** A step of a healing waterfall with the time it took and what decided that. */
export interface HealingStepFinding {
  step: HealingStep;
  /** The instant of the latest step before it, and its own; ms since the run's origin. */
  fromMs: number;
  toMs: number;
  source: StepSource;
  governor: Governor;
}

/** Why healing took as long as it did. */
export interface HealingExplanation {
  /** The steps that took time, in order: each begins where the latest before it ended. */
  steps: HealingStepFinding[];
  /** From the fault to the last step that was reached, ms. */
  totalMs: number;
  longest: HealingStepFinding | null;
  /** The step that most of the outage fell into; null without an outage. */
  ofOutage: HealingStepFinding | null;
  says: Statement[];
}

/** Failed requests put down to a fault, by the way on which they met the pods that it took. */
export interface MisroutedRequests {
  /** Due before the fault, and not answered when it struck. */
  underWay: number;
  /** Sent afterwards on connections that had been used before: keep-alive's share. */
  keptConnections: number;
  /** On new connections while the lost pods stood in the EndpointSlices: the proxy's share. */
  whileListed: number;
  /** On new connections after they had left the EndpointSlices. */
  afterwards: number;
  /** Failed by pods that lived: not a matter of routing. */
  livingPods: number;
  /** When the last one was due that went to a lost pod; and when the last lost endpoint left the slices. */
  lastMs: number | null;
  outOfRotationMs: number | null;
  says: Statement[];
}

/** Requests that went to a pod after an instant. */
export interface SentAfter {
  answered: number;
  /** Failed on a connection on which the pod had answered before. */
  failed: number;
  /** Of both, those on connections that had been used before; null where the journal does not tell. */
  reused: number | null;
  /** The second of the instant was divided as if requests came evenly. */
  estimated: boolean;
  lastMs: number | null;
}

/** A pod that went while traffic ran. */
export interface Departure {
  pod: string;
  node: string | null;
  /** The fault that took it. */
  faultId: string | null;
  sigtermMs: number | null;
  outOfRotationMs: number | null;
  /** When it was seen to end; where that could not be seen, when it was known to be gone. */
  diedMs: number | null;
  afterSigterm: SentAfter | null;
  afterOutOfRotation: SentAfter | null;
  afterDeath: SentAfter | null;
}

/**
 * What a fault does: it takes pods, which Kubernetes replaces (`loss`), or it takes a component, which nobody replaces until it is
 * started again (`absence`). Or it takes nothing: nodes join (`arrival`).
 */
export type FaultEffect = 'loss' | 'absence' | 'arrival';

export interface FaultFinding {
  id: string;
  type: string;
  effect: FaultEffect;
  /** The targets' names, comma-separated; of a component on nodes `kubelet of worker-1`. */
  target: string;
  /** The instant of the fault: the first pod was seen to end or, where that is not seen, just before it was injected. */
  injectedMs: number;
  landedMs: number | null;
  undoneMs: number | null;
  proof: string | null;
  problem: string | null;
  /** Durations, ms (design.md §7). */
  reactionMs: number | null;
  repairMs: number | null;
  recoveryMs: number | null;
  outageMs: number | null;
  /** Requests that did not end `ok` and are put down to this fault. */
  lost: number;
  lostByOutcome: Partial<Record<Outcome, number>>;
  /** The same by the pod that answered or was last seen on the connection, null where unknown; the largest first. */
  lostByPod: { pod: string | null; count: number }[];
  /** The same by what speaks against the fault: the pod was lost to it, or only the time fits. */
  lostEvidence: { byPod: number; byTime: number };
  /** One row per step with the latest instant over all affected pods, and what showed it. Empty where nothing was lost. */
  waterfall: {
    step: HealingStep;
    atMs: number | null;
    shownBy: string | null;
    source: StepSource | null;
  }[];
  /** Null where the fault did not land, or took nothing that heals. */
  explanation: HealingExplanation | null;
  /** Null where the fault took no pod, or did not land. */
  misrouted: MisroutedRequests | null;
  /** Pods that were lost and pods that replaced them. */
  lostPods: string[];
  replacementPods: string[];
}
