/** What analysis derives from a journal. All instants are ms since the run's origin; null where a thing did not happen. */
import type { JournalEvent, Outcome, OutcomeCounts, RunPlan, RunStart } from '../journal/index.ts';

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

export interface LatencySummary {
  p50: number | null;
  p90: number | null;
  p99: number | null;
  max: number | null;
}

/** Bands of response time in each doubling of it. */
export const bandsPerDoubling = 4;

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
  /**
   * Ok requests by response time: `[band, count]`, rising; band `b` holds 2^(b ÷ {@link bandsPerDoubling}) µs up to the next
   * band's. Empty where the histogram could not be read.
   */
  latencyBands: [band: number, count: number][];
  servedByPod: Record<string, number>;
  connectionsByPod: Record<string, number>;
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

/** A sentence with what it rests on. */
export interface Statement {
  text: string;
  /** Anchor in `docs/definitions.md` of the figure it states. */
  definition: string;
  /** The stretch of the run that it speaks of, ms since the run's origin. */
  fromMs: number;
  toMs: number;
}

/** Where an instant of a waterfall was read from. */
export type StepSource = 'harness' | 'watch event' | 'kubelet status' | 'answer';

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
  /** When it was known to be gone; it ended before that. */
  diedMs: number | null;
  afterSigterm: SentAfter | null;
  afterOutOfRotation: SentAfter | null;
  afterDeath: SentAfter | null;
}

export interface FaultFinding {
  id: string;
  type: string;
  /** The targets' names, comma-separated. */
  target: string;
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
  /** One row per step with the latest instant over all affected pods, and what showed it. */
  waterfall: {
    step: HealingStep;
    atMs: number | null;
    shownBy: string | null;
    source: StepSource | null;
  }[];
  /** Null where the fault did not land. */
  explanation: HealingExplanation | null;
  /** Null where the fault took no pod, or did not land. */
  misrouted: MisroutedRequests | null;
  /** Pods that were lost and pods that replaced them. */
  lostPods: string[];
  replacementPods: string[];
}

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

/** One look of the autoscaler, recomputed. */
export interface AutoscalerSync {
  atMs: number;
  /** Its status changed; else the look follows from the sync period. */
  seen: boolean;
  /** Pods asked for when it looked. */
  current: number;
  /** Percent of the requests. */
  target: number;
  minReplicas: number;
  maxReplicas: number;
  /** Percent, recomputed and as the status shows it. */
  utilization: number | null;
  shownUtilization: number | null;
  /** Utilization ÷ target; and how far from 1 it may lie without consequence. */
  ratio: number | null;
  tolerance: number;
  /** Pods that counted, and those that did not. */
  counted: number;
  setAside: { pod: string; why: string }[];
  /** What the metric asks for; that after the stabilization windows; that after policies and limits. */
  proposed: number | null;
  stabilized: number | null;
  desired: number | null;
  /** What the controller decided. */
  result: number;
  /** Reasons of AbleToScale and ScalingLimited, recomputed; and all reasons that the status shows. */
  conditions: string[];
  shownConditions: string[];
  /** Why nothing could be computed. */
  error: string | null;
  /** Whether the recomputation agrees with the controller; null where there is nothing to compare. */
  utilizationAgrees: boolean | null;
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
    utilization: { compared: number; same: number };
    decision: { compared: number; same: number };
    /** SuccessfulRescale events, and those next to which a look computed their size. */
    rescales: { told: number; explained: number };
  } | null;
  says: Statement[];
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
  rerouting: {
    departures: Departure[];
    /** Pods that came into rotation while traffic ran. */
    arrivals: { pod: string; readyMs: number; inRotationMs: number; firstServedMs: number | null }[];
    says: Statement[];
  };
  expectations: ExpectationResult[];
  generator: { latenessP99Ms: number | null; saturatedSeconds: number };
  marks: Mark[];
  timeline: TimelineEntry[];
  /** How the journal ended and what is missing from it, if anything. */
  journal: { complete: boolean; events: number; problems: string[] };
}

/** Journal in, findings out; pure. */
export type Analyse = (events: readonly JournalEvent[], problems?: readonly string[]) => Findings;
