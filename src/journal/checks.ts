import {
  outcomes,
  type FailedRequest,
  type JournalEvent,
  type OutcomeCounts,
  type PodSecond,
  type RunStart,
  type ScalingRulesSpec,
  type TrafficSecond,
} from './events.ts';
import {
  amount,
  fields,
  flag,
  instantOfDay,
  list,
  mapOf,
  number,
  oneOf,
  optional,
  orNull,
  text,
  type Check,
} from './shape.ts';

type Fields<T extends JournalEvent['type']> = Omit<Extract<JournalEvent, { type: T }>, 'type'>;

const t = number;
const counts = fields<OutcomeCounts>({
  ok: amount,
  http_error: amount,
  timeout: amount,
  refused: amount,
  reset: amount,
  dropped: amount,
});
const histograms = mapOf(text);
const watched = oneOf('added', 'modified', 'deleted');
const severity = oneOf('Normal', 'Warning');

const runStart = fields<Fields<'run.start'>>({
  t,
  apiVersion: text,
  kind: text,
  runId: text,
  originWall: instantOfDay,
  openbellVersion: text,
  seed: number,
  scenario: fields<RunStart['scenario']>({
    name: text,
    title: text,
    description: text,
    origin: text,
    source: text,
  }),
  machine: fields<RunStart['machine']>({
    os: text,
    arch: text,
    cpuModel: text,
    cores: amount,
    memoryBytes: amount,
    nodeVersion: text,
  }),
});

const second = fields<Fields<'traffic.second'>>({
  t,
  second: number,
  startT: number,
  scheduled: amount,
  outcomes: counts,
  statuses: mapOf(amount),
  failedChecks: optional(mapOf(amount)),
  sessions: optional(fields({ started: amount, completed: amount, broken: amount })),
  service: histograms,
  response: histograms,
  okResponseUs: orNull(fields({ p50: amount, p90: amount, p99: amount, max: amount })),
  pods: mapOf(
    fields<PodSecond>({
      node: text,
      ok: amount,
      httpError: amount,
      firstT: number,
      lastT: number,
      connections: amount,
      reused: optional(amount),
    }),
  ),
  failures: list(
    fields<FailedRequest>({
      scheduledT: number,
      endedT: number,
      outcome: oneOf(...outcomes.filter((outcome) => outcome !== 'ok')),
      status: optional(number),
      check: optional(text),
      pod: orNull(text),
      reused: optional(flag),
    }),
  ),
  slow: list(
    fields<TrafficSecond['slow'][number]>({ scheduledT: number, endedT: number, pod: orNull(text) }),
  ),
  connections: fields<TrafficSecond['connections']>({ open: amount, opened: amount, closed: amount }),
  generator: fields<TrafficSecond['generator']>({
    latenessP50Ms: number,
    latenessP99Ms: number,
    latenessMaxMs: number,
    eventLoopDelayP99Ms: number,
    cpu: number,
    saturated: flag,
  }),
});

const scalingRules = fields<ScalingRulesSpec>({
  stabilizationWindowSeconds: optional(amount),
  selectPolicy: optional(text),
  policies: optional(list(fields({ type: text, value: amount, periodSeconds: amount }))),
});

/** For each type of event what analysis relies on; the compiler asks for a line when an event gains a field. */
export const eventChecks: { [T in JournalEvent['type']]: Check } = {
  'run.start': runStart,
  'run.plan': fields<Fields<'run.plan'>>({
    t,
    phases: list(fields({ name: text, startMs: number, durationMs: amount, shape: text })),
    offeredPerSecond: list(amount),
    faults: list(fields({ id: text, type: text, atMs: number, description: text })),
    expectations: list(text),
    trialExpectations: optional(list(text)),
    checks: optional(list(text)),
    goodResponseMs: orNull(amount),
    workload: fields({ namespace: text, deployment: text, service: text, hpa: orNull(text) }),
    economy: optional(
      fields({
        podCapacityPerSecond: optional(amount),
        podHourPrice: optional(amount),
        lostRequestPrice: optional(amount),
        currency: optional(text),
      }),
    ),
  }),
  'run.step': fields<Fields<'run.step'>>({
    t,
    name: oneOf('provision', 'deploy', 'steady-state', 'traffic', 'recover', 'clean-up'),
    state: oneOf('start', 'end', 'failed'),
    message: optional(text),
  }),
  'cluster.ready': fields<Fields<'cluster.ready'>>({
    t,
    provider: text,
    kubernetesVersion: text,
    timings: mapOf(number),
    notFollowed: list(text),
    facts: mapOf(text),
    dividesObjectSeconds: optional(flag),
  }),
  'service.answered': fields<Fields<'service.answered'>>({ t, url: text, status: number }),
  'phase.start': fields<Fields<'phase.start'>>({ t, index: number, name: text }),
  'traffic.start': fields<Fields<'traffic.start'>>({
    t,
    target: text,
    connections: amount,
    timeoutMs: amount,
    connectionPolicy: text,
    model: optional(oneOf('open', 'closed')),
    think: optional(fields({ fromMs: amount, toMs: amount })),
    sessionSteps: optional(list(text)),
    threads: optional(fields({ count: amount, reason: text })),
  }),
  'traffic.second': second,
  'traffic.end': fields<Fields<'traffic.end'>>({
    t,
    scheduled: amount,
    outcomes: counts,
    service: text,
    response: text,
    conserved: flag,
    lateness: optional(text),
  }),
  'pods.counted': fields<Fields<'pods.counted'>>({ t, pods: mapOf(amount) }),
  'fault.inject': fields<Fields<'fault.inject'>>({
    t,
    id: text,
    fault: text,
    targetKind: oneOf('Pod', 'Node', 'Component', 'NewNode'),
    component: optional(text),
    targets: list(fields({ name: text, uid: text, node: optional(text) })),
  }),
  'fault.landed': fields<Fields<'fault.landed'>>({
    t,
    id: text,
    proof: text,
    ended: optional(mapOf(number)),
  }),
  'fault.failed': fields<Fields<'fault.failed'>>({ t, id: text, fault: text, reason: text }),
  'fault.undone': fields<Fields<'fault.undone'>>({ t, id: text, how: text }),
  'k8s.pod': fields<Fields<'k8s.pod'>>({
    t,
    change: watched,
    name: text,
    uid: text,
    node: orNull(text),
    phase: text,
    ready: flag,
    started: flag,
    restarts: amount,
    reason: orNull(text),
    ip: orNull(text),
    owner: orNull(text),
    terminating: flag,
    createdT: number,
    startT: optional(orNull(number)),
    readyChangedT: optional(orNull(number)),
    cpuRequestMilli: optional(orNull(amount)),
    memoryRequestBytes: optional(orNull(amount)),
  }),
  'k8s.node': fields<Fields<'k8s.node'>>({
    t,
    change: watched,
    name: text,
    role: oneOf('control-plane', 'worker'),
    ready: oneOf('True', 'False', 'Unknown'),
    unschedulable: flag,
    taints: list(text),
    allocatableCpuMilli: amount,
  }),
  'k8s.endpoints': fields<Fields<'k8s.endpoints'>>({
    t,
    service: text,
    endpoints: list(
      fields({ pod: text, node: orNull(text), ip: text, ready: flag, serving: flag, terminating: flag }),
    ),
  }),
  'k8s.hpa': fields<Fields<'k8s.hpa'>>({
    t,
    name: text,
    minReplicas: amount,
    maxReplicas: amount,
    currentReplicas: amount,
    desiredReplicas: amount,
    targetUtilization: orNull(number),
    currentUtilization: orNull(number),
    conditions: list(fields({ type: text, status: text, reason: text, message: text })),
    averageCpuMilli: optional(orNull(amount)),
    behavior: optional(
      orNull(fields({ scaleUp: optional(scalingRules), scaleDown: optional(scalingRules) })),
    ),
    metrics: optional(amount),
    targetCpuMilli: optional(orNull(amount)),
    readings: optional(
      list(
        fields({
          metric: text,
          target: text,
          current: orNull(text),
          ratio: orNull(number),
          aim: optional(
            fields({
              resource: oneOf('cpu', 'memory'),
              unit: oneOf('percent', 'milli'),
              target: amount,
              shown: orNull(amount),
            }),
          ),
        }),
      ),
    ),
  }),
  'k8s.deployment': fields<Fields<'k8s.deployment'>>({
    t,
    name: text,
    specReplicas: amount,
    replicas: amount,
    readyReplicas: amount,
    updatedReplicas: amount,
    template: optional(
      fields({
        terminationGraceMs: amount,
        readiness: orNull(
          fields({ periodMs: amount, initialDelayMs: amount, timeoutMs: amount, failureThreshold: amount }),
        ),
      }),
    ),
  }),
  'k8s.event': fields<Fields<'k8s.event'>>({
    t,
    severity,
    reason: text,
    message: text,
    object: fields({ kind: text, name: text }),
    component: text,
    count: number,
  }),
  'k8s.metrics': fields<Fields<'k8s.metrics'>>({
    t,
    pods: list(
      fields({
        name: text,
        cpuMilli: number,
        memoryBytes: optional(number),
        windowMs: number,
        takenT: optional(number),
      }),
    ),
  }),
  host: fields<Fields<'host'>>({ t, busy: orNull(amount), steal: orNull(amount), load1: amount }),
  gap: fields<Fields<'gap'>>({ t, what: text, fromT: number, toT: number }),
  note: fields<Fields<'note'>>({ t, level: oneOf('info', 'warning'), message: text }),
  'run.end': fields<Fields<'run.end'>>({
    t,
    reason: oneOf('completed', 'interrupted', 'failed'),
    message: optional(text),
    exitCode: optional(number),
  }),
};
