/**
 * The events of a run. A journal is a file of one JSON object per line (NDJSON); the first line is the
 * {@link RunStart}. Every event carries `t`, milliseconds (fractions allowed) of the machine's monotonic clock since the
 * run's origin. All charts and figures of a report are derived from these events and nothing else.
 */

/** Version of the journal's format. */
export const journalApiVersion = 'openbell.dev/v1';

/** How a scheduled arrival ended; exactly one per arrival. */
export const outcomes = ['ok', 'http_error', 'timeout', 'refused', 'reset', 'dropped'] as const;
export type Outcome = (typeof outcomes)[number];
/** A count for each outcome. */
export type OutcomeCounts = Record<Outcome, number>;

interface At {
  /** Milliseconds since the run's origin. */
  t: number;
}

/** First line of a journal. */
export interface RunStart extends At {
  type: 'run.start';
  apiVersion: typeof journalApiVersion;
  kind: 'Journal';
  runId: string;
  /** Wall-clock time of t = 0, ISO 8601 with milliseconds, UTC. */
  originWall: string;
  openbellVersion: string;
  /** The seed that every random choice of the run follows from. */
  seed: number;
  scenario: {
    name: string;
    title: string;
    description: string;
    /** Where it was read from: a path, or `built-in:<name>`. */
    origin: string;
    /** The file's text, word for word. */
    source: string;
  };
  machine: {
    os: string;
    arch: string;
    cpuModel: string;
    cores: number;
    memoryBytes: number;
    nodeVersion: string;
  };
}

/** What the run is going to do, known before anything boots. Times are relative to the start of traffic. */
export interface RunPlan extends At {
  type: 'run.plan';
  phases: { name: string; startMs: number; durationMs: number; shape: string }[];
  /** Scheduled arrivals in each whole second of traffic. */
  offeredPerSecond: number[];
  faults: { id: string; type: string; atMs: number; description: string }[];
  /** The rules as written: `metric operator value`. */
  expectations: string[];
  /** Rules on statistics, which only trials can judge: `metric.statistic operator value`; absent where there is none. */
  trialExpectations?: string[];
  /** What answers are checked for, each as `<request>: <rule>`; absent where nothing is. */
  checks?: string[];
  /** The response-time limit that "service is good" means, ms; null where the scenario states none. */
  goodResponseMs: number | null;
  workload: { namespace: string; deployment: string; service: string; hpa: string | null };
  /** What a pod is good for, and what things cost, as far as the scenario states it. */
  economy?: {
    /** Requests per second that one pod is good for. */
    podCapacityPerSecond?: number;
    podHourPrice?: number;
    lostRequestPrice?: number;
    currency?: string;
  };
}

/** Start and end of a step of the harness's checklist. */
export interface RunStep extends At {
  type: 'run.step';
  name: 'provision' | 'deploy' | 'steady-state' | 'traffic' | 'recover' | 'clean-up';
  state: 'start' | 'end' | 'failed';
  /** Why it failed. */
  message?: string;
}

/** The cluster answers; what it is and which timings are in force. */
export interface ClusterReady extends At {
  type: 'cluster.ready';
  provider: string;
  kubernetesVersion: string;
  /** Effective values by name, in the unit the name ends with. */
  timings: Record<string, number>;
  /** Requested timings that the cluster could not follow, each as a sentence. */
  notFollowed: string[];
  /** How CPU limits are enforced and similar facts about the substrate. */
  facts: Record<string, string>;
  /** The cluster itself divides seconds in objects by the speed-up; else objects hold divided ones. Older journals lack it: only embedded ones did. */
  dividesObjectSeconds?: boolean;
}

/** The Service answered the harness for the first time, before traffic begins. */
export interface ServiceAnswered extends At {
  type: 'service.answered';
  url: string;
  status: number;
}

/** A phase of traffic begins. */
export interface PhaseStart extends At {
  type: 'phase.start';
  index: number;
  name: string;
}

/** One request that did not end well. */
export interface FailedRequest {
  /** When it was due, ms since the run's origin. */
  scheduledT: number;
  /** When its outcome was known. */
  endedT: number;
  outcome: Exclude<Outcome, 'ok'>;
  /** HTTP status, for `http_error`. */
  status?: number;
  /** The (first) check that the answer failed, for an `http_error` that was one for that reason. */
  check?: string;
  /** The pod that answered or, where nothing was answered, the last pod seen on that connection; null if unknown. */
  pod: string | null;
  /** It was sent on a connection that had been used before; left out where it was not, or nothing was sent. */
  reused?: boolean;
}

/** What one pod served within a second. */
export interface PodSecond {
  node: string;
  /** Answers of each kind that carried this pod's name, by the second in which the request was due. */
  ok: number;
  httpError: number;
  /** First and last answer of this second's requests, ms since the run's origin. */
  firstT: number;
  lastT: number;
  /** Open connections whose last answer came from this pod, at the end of the second. */
  connections: number;
  /** Of the answers, those to requests on a connection that had been used before; older journals lack it. */
  reused?: number;
}

/**
 * The requests that were due in one second of traffic, written when all of them have ended. Second `s` covers
 * [trafficStart + s·1000, trafficStart + (s+1)·1000).
 */
export interface TrafficSecond extends At {
  type: 'traffic.second';
  second: number;
  /** Start of that second, ms since the run's origin. */
  startT: number;
  scheduled: number;
  outcomes: OutcomeCounts;
  /** HTTP answers by status. */
  statuses: Record<string, number>;
  /** Answers that failed a check, by `<request>: <rule>`; absent where none did. Their outcome is `http_error`. */
  failedChecks?: Record<string, number>;
  /**
   * Where requests are steps of sessions: sessions whose first step was due in this second, and those whose last step was, by
   * whether it was the session's end or something broke it. Those cut off by the end of traffic are in neither.
   */
  sessions?: { started: number; completed: number; broken: number };
  /**
   * HDR histograms in microseconds (V2 compressed, base64), per outcome, of requests that ended in an answer or a time-out.
   * Service time runs from the send, response time from the scheduled instant.
   */
  service: Partial<Record<Outcome, string>>;
  response: Partial<Record<Outcome, string>>;
  /** Response time of `ok` requests in µs: quantiles within this second, for charts; null where none was ok. */
  okResponseUs: { p50: number; p90: number; p99: number; max: number } | null;
  pods: Record<string, PodSecond>;
  /**
   * Requests that did not end well, oldest first; of more than 500 evenly spaced ones with the first and the last. The counts
   * above are complete.
   */
  failures: FailedRequest[];
  /**
   * When in this second requests were answered slower than the good-response limit: scheduled and end instants, oldest
   * first, of more than 500 evenly spaced ones with the first and the last. Empty where the plan states no limit.
   */
  slow: { scheduledT: number; endedT: number; pod: string | null }[];
  /** Connections at the end of the second. */
  connections: { open: number; opened: number; closed: number };
  generator: {
    /** Send minus schedule, ms. */
    latenessP50Ms: number;
    latenessP99Ms: number;
    latenessMaxMs: number;
    /** Event-loop delay of the generator's thread, ms. */
    eventLoopDelayP99Ms: number;
    /** CPU of the generator's thread as a share of one core. */
    cpu: number;
    /** The generator spoiled this second: its lateness p99 passed 10 ms, or it dropped for lack of its own capacity. */
    saturated: boolean;
  };
}

/** Traffic is over; every arrival has an outcome. */
export interface TrafficEnd extends At {
  type: 'traffic.end';
  scheduled: number;
  outcomes: OutcomeCounts;
  /** Whole-run histograms, merged from the seconds (V2 compressed, base64; µs), of all requests sent. */
  service: string;
  response: string;
  /** Whether the outcomes sum to the scheduled arrivals. */
  conserved: boolean;
  /** Histogram of send minus schedule of all requests sent, in the same form (V2 compressed, base64; µs). */
  lateness?: string;
}

/** Traffic begins: t is the instant of schedule time zero. */
export interface TrafficStart extends At {
  type: 'traffic.start';
  target: string;
  connections: number;
  timeoutMs: number;
  /** How connections are reused, in words: `kept`, `a new connection every 50 requests`, … */
  connectionPolicy: string;
  /** Whether requests arrive on a schedule (open) or follow from users' answers (closed); open where absent. */
  model?: 'open' | 'closed';
  /** In the closed model: a user's pause between two visits, ms. */
  think?: { fromMs: number; toMs: number };
  /** Where requests are steps of sessions: the steps' names, in order. */
  sessionSteps?: string[];
  /** How many threads play the traffic, and why so many. */
  threads?: { count: number; reason: string };
}

/** The pods' own count of what they served, read from the system under test when traffic was over. */
export interface PodCounts extends At {
  type: 'pods.counted';
  /** Requests counted by each pod that could still be asked. */
  pods: Record<string, number>;
}

/** A fault is about to be injected. */
export interface FaultInject extends At {
  type: 'fault.inject';
  id: string;
  fault: string;
  /** What was selected: pods, nodes, components that no pod or node is lost with, or nodes that join. */
  targetKind: 'Pod' | 'Node' | 'Component' | 'NewNode';
  /** Of `stop-component`: what was stopped. */
  component?: string;
  targets: { name: string; uid: string; node?: string }[];
}
/** The fault was seen to have landed on every target; t is when the proof was seen. */
export interface FaultLanded extends At {
  type: 'fault.landed';
  id: string;
  /** What proved it, one sentence. */
  proof: string;
  /**
   * When each pod was seen to end, by its name: the kernel closed a connection held to it. Only of faults that end processes,
   * and only of pods that the harness can reach; older journals lack it.
   */
  ended?: Record<string, number>;
}
/** The fault had no target, or was not seen to land. */
export interface FaultFailed extends At {
  type: 'fault.failed';
  id: string;
  fault: string;
  reason: string;
}
/** The fault was rolled back. */
export interface FaultUndone extends At {
  type: 'fault.undone';
  id: string;
  how: string;
}

type Change = 'added' | 'modified' | 'deleted';

/** A pod as a watch showed it; t is when the harness received it. */
export interface PodObserved extends At {
  type: 'k8s.pod';
  change: Change;
  name: string;
  uid: string;
  node: string | null;
  phase: string;
  /** The Ready condition. */
  ready: boolean;
  /** The (first) container runs. */
  started: boolean;
  restarts: number;
  /** Why it is not running or not ready, where said: `ContainerCreating`, `CrashLoopBackOff`, `Unschedulable`, … */
  reason: string | null;
  ip: string | null;
  /** The owning ReplicaSet. */
  owner: string | null;
  /** deletionTimestamp is set. */
  terminating: boolean;
  /** creationTimestamp, ms since the run's origin by the wall clock (whole seconds in Kubernetes). */
  createdT: number;
  /** status.startTime, in the same way; null before a kubelet took the pod. Older journals lack this and what follows. */
  startT?: number | null;
  /** When the Ready condition last changed, in the same way; null without one. */
  readyChangedT?: number | null;
  /** CPU that its containers request, millicores; null where one requests none. */
  cpuRequestMilli?: number | null;
  /** Memory that they request, bytes; null where one requests none. Older journals lack it. */
  memoryRequestBytes?: number | null;
}

/** A node as a watch showed it. */
export interface NodeObserved extends At {
  type: 'k8s.node';
  change: Change;
  name: string;
  role: 'control-plane' | 'worker';
  ready: 'True' | 'False' | 'Unknown';
  unschedulable: boolean;
  taints: string[];
  allocatableCpuMilli: number;
}

/** The endpoints of the workload's Service, over all its slices. */
export interface EndpointsObserved extends At {
  type: 'k8s.endpoints';
  service: string;
  endpoints: {
    pod: string;
    node: string | null;
    ip: string;
    ready: boolean;
    serving: boolean;
    terminating: boolean;
  }[];
}

/** The autoscaler as a watch showed it. */
export interface HpaObserved extends At {
  type: 'k8s.hpa';
  name: string;
  minReplicas: number;
  maxReplicas: number;
  currentReplicas: number;
  desiredReplicas: number;
  targetUtilization: number | null;
  currentUtilization: number | null;
  conditions: { type: string; status: string; reason: string; message: string }[];
  /** Mean CPU of the pods that counted, millicores, as its status tells. Older journals lack this and what follows. */
  averageCpuMilli?: number | null;
  /** `spec.behavior` as it stands in the object: seconds before any speed-up; null without one. */
  behavior?: ScalingBehaviorSpec | null;
  /** How many metrics its spec has. */
  metrics?: number;
  /** AverageValue that it aims at for its pods' CPU, millicores; null where that is not its target. */
  targetCpuMilli?: number | null;
  /** Each metric of its spec beside what its status shows, in Kubernetes' own quantities. */
  readings?: HpaReading[];
}

/** One metric of an autoscaler. */
export interface HpaReading {
  /** `memory`, `cpu of container api`, `packets (Pods)`. */
  metric: string;
  /** `60 %`, `200Mi`. */
  target: string;
  /** Null where the status shows none. */
  current: string | null;
  /** Current ÷ target; null where that is not known. */
  ratio: number | null;
  /** The same as numbers, of the CPU and the memory of whole pods. Older journals lack it. */
  aim?: HpaAim;
}

/** What an autoscaler aims at for a resource of its pods. */
export interface HpaAim {
  resource: 'cpu' | 'memory';
  /** Percent of the requests; or the mean of the pods in thousandths of a core or of a byte. */
  unit: 'percent' | 'milli';
  target: number;
  /** As its status shows it; null where it shows none. */
  shown: number | null;
}

/** `spec.behavior` of an autoscaler. */
export interface ScalingBehaviorSpec {
  scaleUp?: ScalingRulesSpec;
  scaleDown?: ScalingRulesSpec;
}

/** One direction of `spec.behavior`. */
export interface ScalingRulesSpec {
  stabilizationWindowSeconds?: number;
  selectPolicy?: string;
  policies?: { type: string; value: number; periodSeconds: number }[];
}

/** The workload's Deployment as a watch showed it. */
export interface DeploymentObserved extends At {
  type: 'k8s.deployment';
  name: string;
  specReplicas: number;
  replicas: number;
  readyReplicas: number;
  updatedReplicas: number;
  /** What the pods are made from, as far as it governs how fast they come and go. Older journals lack it. */
  template?: PodTimings;
}

/** Settings of a pod template; times as written in the object, before any speed-up. */
export interface PodTimings {
  terminationGraceMs: number;
  /** The first container's readiness probe; null without one. */
  readiness: { periodMs: number; initialDelayMs: number; timeoutMs: number; failureThreshold: number } | null;
}

/** A Kubernetes Event object. */
export interface ClusterEvent extends At {
  type: 'k8s.event';
  severity: 'Normal' | 'Warning';
  reason: string;
  message: string;
  object: { kind: string; name: string };
  /** The component that reported it. */
  component: string;
  count: number;
}

/** CPU usage of the workload's pods as metrics.k8s.io published it. */
export interface MetricsObserved extends At {
  type: 'k8s.metrics';
  pods: {
    name: string;
    cpuMilli: number;
    /** Left out where a container has no figure, and in older journals. */
    memoryBytes?: number;
    windowMs: number;
    /** End of the window, ms since the run's origin by the wall clock; older journals lack it. */
    takenT?: number;
  }[];
}

/** How busy the machine is that runs openbell, since the event before. */
export interface HostObserved extends At {
  type: 'host';
  /** Shares of the CPU time of all cores; null in the first event, and where the system does not tell. */
  busy: number | null;
  /** Taken by other guests of the same host. */
  steal: number | null;
  /** Load average of the last minute. */
  load1: number;
}

/** Something was not observed between two instants, for example because a watch was interrupted. */
export interface Gap extends At {
  type: 'gap';
  what: string;
  fromT: number;
  toT: number;
}

/** Something that lowers the trust in the run, or that the reader should know. */
export interface Note extends At {
  type: 'note';
  level: 'info' | 'warning';
  message: string;
}

/** Last line of a journal that was not cut short. */
export interface RunEnd extends At {
  type: 'run.end';
  reason: 'completed' | 'interrupted' | 'failed';
  message?: string;
  /** The exit code that the failure calls for, where one was foreseen for it. */
  exitCode?: number;
}

export type JournalEvent =
  | RunStart
  | RunPlan
  | RunStep
  | ClusterReady
  | ServiceAnswered
  | PhaseStart
  | TrafficStart
  | TrafficSecond
  | TrafficEnd
  | PodCounts
  | FaultInject
  | FaultLanded
  | FaultFailed
  | FaultUndone
  | PodObserved
  | NodeObserved
  | EndpointsObserved
  | HpaObserved
  | DeploymentObserved
  | ClusterEvent
  | MetricsObserved
  | HostObserved
  | Gap
  | Note
  | RunEnd;

/** An event without its time, as parts hand it to the journal's writer, which stamps it. */
export type Unstamped<E> = E extends JournalEvent ? Omit<E, 't'> & { t?: number } : never;

/** Where parts of a run record what they see. Stamps `t` unless the event brings its own. */
export interface Recorder {
  /** Milliseconds since the run's origin, now. */
  now(): number;
  record(event: Unstamped<JournalEvent>): void;
}
