/** What the run was like for those who sent the requests. */
import type { Outcome } from '../../journal/index.ts';
import type { LatencySummary, Statement } from './statement.ts';

/** Requests that did not end ok, by what they are put down to. */
export interface LostRequests {
  cause: 'fault' | 'unexplained';
  /** The fault's id. */
  fault: string | null;
  count: number;
  byOutcome: Partial<Record<Outcome, number>>;
  byPod: { pod: string | null; count: number }[];
  evidence: { byPod: number; byTime: number };
  /** Of the error budget: 1 is all of it; null where there is none. */
  budgetShare: number | null;
  /** Of what no fault explains, at most so many were due in seconds that the generator spoiled. */
  inSaturatedSeconds: number;
}

/** Apdex, with the counts that it is made of. */
export interface Apdex {
  /** T, ms. */
  thresholdMs: number;
  /** The scenario states no limit for response times. */
  assumed: boolean;
  satisfied: number;
  tolerating: number;
  frustrated: number;
  /** 0 to 1. */
  score: number;
}

/** Requests of some whole seconds. */
export interface LatencyWindow {
  fromMs: number;
  toMs: number;
  scheduled: number;
  ok: number;
  /** Of ok requests, ms. */
  response: LatencySummary;
}

/** How the service answered before, during and after a fault; null where no whole second is left for it. */
export interface FaultWindows {
  fault: string;
  before: LatencyWindow | null;
  during: LatencyWindow | null;
  after: LatencyWindow | null;
}

/** What the run was like for those who sent the requests. */
export interface CustomerFindings {
  availability: number | null;
  scheduled: number;
  /** What the expected availability allows to be lost; `assumed` where no expectation states one. */
  budget: { goal: number; assumed: boolean; allowed: number; spent: number };
  lost: LostRequests[];
  apdex: Apdex | null;
  windows: FaultWindows[];
  /** `slow` counts at most the 500 that a second lists. */
  worstSecond: {
    startMs: number;
    scheduled: number;
    lost: number;
    slow: number;
    p99Ms: number | null;
  } | null;
  says: Statement[];
}
