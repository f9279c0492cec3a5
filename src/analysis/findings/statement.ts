/** What several findings are made of. */

export interface LatencySummary {
  p50: number | null;
  p90: number | null;
  p99: number | null;
  max: number | null;
}

/** A sentence with what it rests on. */
export interface Statement {
  text: string;
  /** Anchor in `docs/definitions.md` of the figure it states. */
  definition: string;
  /** The stretch of the run that it speaks of, ms since the run's origin. */
  fromMs: number;
  toMs: number;
}

/** What decides how long a step takes. */
export interface Governor {
  /** As people who run clusters call it: `node-monitor-grace-period`; null where no timer of Kubernetes governs the step. */
  setting: string | null;
  /** In force in this run, ms; null where unknown. */
  effectiveMs: number | null;
  /** What Kubernetes does unless told otherwise, at its own pace, ms. */
  defaultMs: number | null;
  /** What went on meanwhile, as half a sentence. */
  meanwhile: string;
}

/** Where an instant of a waterfall was read from. */
export type StepSource = 'harness' | 'watch event' | 'kubelet status' | 'answer';
