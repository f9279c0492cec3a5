/** How the number of pods followed the load. */
import type { Governor, Statement } from './statement.ts';

export interface ScalingDecision {
  atMs: number;
  from: number;
  to: number;
  reason: string;
}

/** The stages of a scaling-delay waterfall, in order. */
export const scalingStages = [
  'load',
  'visible in metrics',
  'decision',
  'pods created',
  'scheduled',
  'started',
  'ready',
  'in rotation',
  'first request served',
] as const;

export type ScalingStage = (typeof scalingStages)[number];

/** A rise of the load, and how the autoscaler followed it. */
export interface LoadStepFinding {
  fromMs: number;
  toMs: number;
  /** Requests per second. */
  fromRate: number;
  toRate: number;
  decisions: ScalingDecision[];
  /** Pods that were made because of it. */
  pods: string[];
  /** When the first of them reached a stage, and when all had; null where that was not seen. */
  stages: { stage: ScalingStage; firstMs: number | null; allMs: number | null }[];
  /** The longest stage on the way to the first new pod's first request. */
  longest: { stage: ScalingStage; fromMs: number; toMs: number; governor: Governor } | null;
  /** Requests that were due from the rise until all of the pods were in rotation, and what became of them. */
  scheduled: number;
  lost: number;
  slow: number;
}

/** What one pod is good for. */
export interface Calibration {
  source: 'stated' | 'measured';
  requestsPerSecond: number;
  cpuRequestMilli: number | null;
  /** CPU per request and at rest, by least squares over windows of metrics.k8s.io; null where that cannot be told. */
  cost: { cpuMsPerRequest: number; idleMilli: number; rSquared: number; samples: number } | null;
}

/** Elasticity after SPEC RG; shares are ratios, 1 is 100 %. */
export interface Elasticity {
  fromMs: number;
  toMs: number;
  /** θU, θO: mean relative lack or excess of pods. */
  underAccuracy: number;
  overAccuracy: number;
  /** τU, τO: share of the time with too few or too many. */
  underTimeshare: number;
  overTimeshare: number;
  /** υ: share of seconds in which demand and supply moved differently. */
  instability: number;
  /** Changes of supply beyond those of demand, per hour. */
  jitterPerHour: number;
  demandPodSeconds: number;
  suppliedPodSeconds: number;
  peakDemand: number;
  /** Pods that each second of traffic needed. */
  demand: number[];
}

/** What pods and lost requests cost; null where the scenario states no price. */
export interface RunCost {
  fromMs: number;
  toMs: number;
  podSeconds: number;
  lostRequests: number;
  podHourPrice: number | null;
  lostRequestPrice: number | null;
  currency: string;
  pods: number | null;
  lost: number | null;
}

/** How late, how well and at what cost the number of pods followed the load. */
export interface AutoscalingFindings {
  calibration: Calibration | null;
  loadSteps: LoadStepFinding[];
  elasticity: Elasticity | null;
  cost: RunCost;
  says: Statement[];
}
