/** What the autoscaler saw and decided, and what it would have with other settings. */
import type { Statement } from './statement.ts';

/** One metric at one look of the autoscaler. */
export interface AutoscalerReading {
  /** As Kubernetes calls it: `cpu`, `memory`. */
  metric: string;
  /** What target and utilization are in: percent of the requests; or per pod (AverageValue) millicores or bytes. */
  unit: 'percent' | 'millicores' | 'bytes';
  target: number;
  /** Recomputed from the published metrics, and as the status shows it. */
  utilization: number | null;
  shownUtilization: number | null;
  /**
   * What ratio and decision are computed from: the published metrics or, where none of those that were recorded give what the
   * status shows, the status; of metrics other than the CPU and the memory of pods nothing is computed.
   */
  basis: 'metrics' | 'status' | 'none';
  /** Utilization ÷ target. */
  ratio: number | null;
  /** Pods that counted, and those that did not. */
  counted: number;
  setAside: { pod: string; why: string }[];
  /** What the metric asks for. */
  proposed: number | null;
  /** Why nothing could be computed. */
  error: string | null;
  /** Whether the utilization is the one that the status shows; null where there is nothing to compare. */
  utilizationAgrees: boolean | null;
}

/** One look of the autoscaler, recomputed. What it has of a metric is of the one that led: the one that asked for most. */
export interface AutoscalerSync extends AutoscalerReading {
  atMs: number;
  /** Its status changed; else the look follows from the sync period. */
  seen: boolean;
  /** Pods asked for when it looked. */
  current: number;
  minReplicas: number;
  maxReplicas: number;
  /** Every metric as the status shows it beside its target, in words; null in older journals. */
  shownMetrics: string | null;
  /** How far from 1 a ratio may lie without consequence. */
  tolerance: number;
  /** The metrics that did not lead. */
  others: AutoscalerReading[];
  /** What was asked for after the stabilization windows; that after policies and limits. */
  stabilized: number | null;
  desired: number | null;
  /** What the controller decided. */
  result: number;
  /** Reasons of AbleToScale and ScalingLimited, recomputed; and all reasons that the status shows. */
  conditions: string[];
  shownConditions: string[];
  /** Whether the recomputation agrees with the controller; null where there is nothing to compare. */
  decisionAgrees: boolean | null;
  /** The look in a sentence. */
  why: string;
}

/** The autoscaler explained. */
export interface AutoscalerFindings {
  syncs: AutoscalerSync[];
  /** Why there are none. */
  problem: string | null;
  agreement: {
    looks: number;
    seen: number;
    /** Rows that go by the status, and rows of which nothing was computed. */
    fromStatus: number;
    notComputed: number;
    utilization: { compared: number; same: number };
    decision: { compared: number; same: number };
    /** SuccessfulRescale events, and those next to which a look computed their size. */
    rescales: { told: number; explained: number };
  } | null;
  says: Statement[];
}

/** The run on paper with one thing changed. All figures are computed; differences are to the replay of the run as it was. */
export interface ScalingWhatIf {
  /** What differs, in words. */
  change: string;
  /** Asked for while traffic ran. */
  podSeconds: number;
  maxPods: number;
  /** Lost or slow without a fault. */
  badRequests: number;
  morePods: number;
  morePodSeconds: number;
  fewerBadRequests: number;
  /** Seconds in which each pod would have had more load than the run had seen. */
  secondsBeyondExperience: number;
}

/** The run replayed on paper with other settings of the autoscaler. */
export interface WhatIfFindings {
  fromMs: number;
  toMs: number;
  /** How far the replay of the run as it was is off. */
  model: {
    /**
     * What the pods' work was taken from: their CPU or, where that explains the run less well because pods at their limit hide what is asked of
     * them, the offered load times the CPU of a request.
     */
    work: 'metrics' | 'offered load';
    /** Why it is so far off that nothing is computed from it; then there are no variants. */
    unfit: string | null;
    meanPodError: number;
    podSeconds: { modelled: number; real: number };
    badRequests: { modelled: number; real: number };
    /** Seconds that the generator spoiled: what was lost or slow in them is partly its own. */
    saturatedSeconds: number;
  };
  variants: ScalingWhatIf[];
  says: Statement[];
}
