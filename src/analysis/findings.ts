/** What analysis derives from a journal. All instants are ms since the run's origin; null where a thing did not happen. */
import type { JournalEvent, OutcomeCounts, RunPlan, RunStart } from '../journal/index.ts';
import type { Headline, Recommendation, TrustFinding } from './findings/advice.ts';
import type { AutoscalerFindings, WhatIfFindings } from './findings/autoscaler.ts';
import type { CustomerFindings } from './findings/customers.ts';
import type { Departure, FaultFinding } from './findings/healing.ts';
import type { AutoscalingFindings, ScalingDecision } from './findings/scaling.ts';
import type { LatencySummary, Statement } from './findings/statement.ts';
import type { PodTable } from './pod-table.ts';

export * from './findings/advice.ts';
export * from './findings/autoscaler.ts';
export * from './findings/customers.ts';
export * from './findings/healing.ts';
export * from './findings/scaling.ts';
export * from './findings/statement.ts';

export type Verdict = 'passed' | 'failed' | 'untrusted' | 'interrupted' | 'error';

/** The answer to one expectation. */
export interface ExpectationResult {
  /** As written. */
  rule: string;
  metric: string;
  observed: number | null;
  /** The observed value with its unit, for people. */
  observedText: string;
  held: boolean;
  /** Why it could not be judged, if so; then `held` is false. */
  problem: string | null;
}

/** Bands of response time in each doubling of it. */
export const bandsPerDoubling = 4;

/**
 * Requests by response time: `counts[i]` of band `lowest + i`. Band `b` holds 2^(b ÷ {@link bandsPerDoubling}) µs up to the next
 * band's.
 */
export interface LatencyBands {
  lowest: number;
  counts: number[];
}

/** One second of the run, ready to be charted. `t` is its start. */
export interface SecondPoint {
  t: number;
  second: number;
  offered: number;
  outcomes: OutcomeCounts;
  /** Response time of ok requests, ms. */
  p50Ms: number | null;
  p90Ms: number | null;
  p99Ms: number | null;
  /** Ok requests by response time; empty where the histogram could not be read. */
  latencyBands: LatencyBands;
  /** What each pod did; what it served is all that it answered, well or not. */
  pods: PodTable;
  connectionsOpen: number;
  latenessP99Ms: number;
  generatorCpu: number;
  saturated: boolean;
}

/** Replicas over time: a step function, one point per change. */
export interface ReplicaPoint {
  t: number;
  desired: number;
  ready: number;
  inRotation: number;
}

export interface NodePoint {
  t: number;
  ready: number;
  total: number;
}

export type PodState = 'pending' | 'starting' | 'ready' | 'not-ready' | 'terminating' | 'lost';

export interface PodLife {
  name: string;
  node: string | null;
  createdMs: number | null;
  scheduledMs: number | null;
  startedMs: number | null;
  readyMs: number | null;
  inRotationMs: number | null;
  outOfRotationMs: number | null;
  firstServedMs: number | null;
  lastServedMs: number | null;
  deletedMs: number | null;
  served: number;
  restarts: number;
  /** Its life in states, in order and without gaps; `toMs` of the last is the end of the run or the pod. */
  states: { state: PodState; fromMs: number; toMs: number }[];
}

export interface NodeLife {
  name: string;
  role: 'control-plane' | 'worker';
  states: { state: 'ready' | 'not-ready' | 'unknown'; fromMs: number; toMs: number }[];
}

/** A mark on every lane. */
export interface Mark {
  t: number;
  kind: 'phase' | 'fault' | 'scaling' | 'node';
  label: string;
}

export interface TimelineEntry {
  t: number;
  severity: 'Normal' | 'Warning';
  reason: string;
  object: string;
  message: string;
  component: string;
}

/** How much of the requests and connections a pod had, over the seconds in which it shared them with others. */
export interface PodBalance {
  pod: string;
  /** Whole seconds in rotation with at least one other pod. */
  seconds: number;
  /** Requests it answered then, and what it would have been had all pods in rotation got the same. */
  served: number;
  fair: number;
  /** Served as a multiple of the fair share; 1 is even. */
  requests: number;
  /** The same of connections open at the seconds' ends; null where there were none to speak of. */
  connections: number | null;
}

export interface Findings {
  run: RunStart;
  plan: RunPlan | null;
  cluster: {
    provider: string;
    kubernetesVersion: string;
    timings: Record<string, number>;
    notFollowed: string[];
    facts: Record<string, string>;
  } | null;
  verdict: Verdict;
  exitCode: number;
  /** The verdict in one sentence. */
  verdictSentence: string;
  /** Why the run is not to be trusted, each as a sentence; empty when it is. */
  distrust: string[];
  /** The same in one word and one sentence, with what lowers the trust without taking it away. */
  trust: TrustFinding;
  /** The findings that matter most, at most three. */
  headlines: Headline[];
  /** What to change, and what it would have bought; the largest gain first. */
  recommendations: Recommendation[];
  /** What the reader should know besides. */
  notes: string[];
  durationMs: number;
  trafficStartMs: number | null;
  trafficEndMs: number | null;
  /** From the start of the harness to the first `ok` answer through the Service. */
  firstAnswerMs: number | null;
  requests: { scheduled: number; conserved: boolean } & OutcomeCounts;
  statuses: Record<string, number>;
  /** What answers were checked for, as `<request>: <rule>`, and how many failed it; empty where nothing was. */
  checks: { check: string; failed: number }[];
  /** What the pods counted, where known, beside what the client saw answered by them. */
  accounting: { pod: string; client: number; podCount: number | null }[];
  /** How requests came about, and what became of sessions where they are steps of such. */
  model: {
    kind: 'open' | 'closed';
    think: { fromMs: number; toMs: number } | null;
    session: { steps: string[]; started: number; completed: number; broken: number } | null;
  };
  /**
   * How evenly requests were spread over pods in rotation, and a sentence where they were not; null where pods did not share
   * the traffic long enough to tell.
   */
  balance: { pods: PodBalance[]; says: string | null } | null;
  /** How connections were reused and how many there might be, in words; null where traffic never began. */
  connectionPolicy: string | null;
  latencyMs: { service: LatencySummary; response: LatencySummary };
  availability: number | null;
  seconds: SecondPoint[];
  replicas: ReplicaPoint[];
  nodeCounts: NodePoint[];
  pods: PodLife[];
  nodes: NodeLife[];
  faults: FaultFinding[];
  customers: CustomerFindings;
  scaling: ScalingDecision[];
  autoscaling: AutoscalingFindings;
  autoscaler: AutoscalerFindings;
  /** Null where the autoscaler could not be recomputed. */
  whatIf: WhatIfFindings | null;
  rerouting: {
    departures: Departure[];
    /** Pods that came into rotation while traffic ran. */
    arrivals: { pod: string; readyMs: number; inRotationMs: number; firstServedMs: number | null }[];
    says: Statement[];
  };
  expectations: ExpectationResult[];
  generator: {
    latenessP99Ms: number | null;
    saturatedSeconds: number;
    /** How many threads sent the traffic and why so many, in words; null where the journal does not say. */
    threads: { count: number; reason: string } | null;
  };
  marks: Mark[];
  timeline: TimelineEntry[];
  /** How the journal ended and what is missing from it, if anything. */
  journal: { complete: boolean; events: number; problems: string[] };
}

/** Journal in, findings out; pure. */
export type Analyse = (events: readonly JournalEvent[], problems?: readonly string[]) => Findings;
