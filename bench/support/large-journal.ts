/** Journals of long runs that never took place: as large as one likes, and the same for the same seed. */
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import type { JournalEvent, OutcomeCounts, PodObserved, TrafficSecond } from '../../src/journal/index.ts';
import { seededRandom, type Random } from '../../src/support/index.ts';

/** How large a run is imitated. */
export interface LargeRun {
  seed: number;
  /** Seconds of traffic. */
  seconds: number;
  ratePerSecond: number;
  /** Pods at any time. */
  pods: number;
  nodes: number;
  /** Pods that are killed, evenly over the run, each replaced. */
  faults: number;
}

const bootMs = 3000;
/** From a kill to the replacement serving. */
const healMs = 4200;
/** How long requests of a killed pod fail. */
const failMs = 900;

interface Pod {
  name: string;
  uid: string;
  node: string;
  ip: string;
}

/** The events of such a run in order of time, one by one, so that a journal of any length can be written. */
export function* largeJournal(run: LargeRun): Generator<JournalEvent> {
  let waiting: JournalEvent[] = [];
  for (const event of storyOf(run)) {
    waiting.push(event);
    if (event.type !== 'traffic.second') continue;
    // Nothing that comes later in the story happens before this second began.
    waiting.sort((a, b) => a.t - b.t);
    yield* waiting.filter(({ t }) => t < event.startT);
    waiting = waiting.filter(({ t }) => t >= event.startT);
  }
  yield* waiting.sort((a, b) => a.t - b.t);
}

function* storyOf(run: LargeRun): Generator<JournalEvent> {
  const random = seededRandom(run.seed);
  const nodes = Array.from({ length: run.nodes }, (_, index) => `worker-${index + 1}`);
  const endMs = bootMs + run.seconds * 1000;
  const alive = Array.from({ length: run.pods }, (_, index) => newPod(index, nodes, random));
  const encoded = histograms(random);
  yield* opening(run, nodes);
  for (const pod of alive) yield* podComes(pod, 1000 + random() * 200, 1600 + random() * 200);
  yield endpoints(alive, 2000);
  yield deployment(run.pods, 2000);
  yield { t: bootMs - 1, type: 'run.step', name: 'traffic', state: 'start' };
  yield {
    t: bootMs,
    type: 'traffic.start',
    target: 'http://127.0.0.1:30080/',
    connections: 2000,
    timeoutMs: 2000,
    connectionPolicy: 'a new connection every 50 requests',
  };
  yield { t: bootMs, type: 'phase.start', index: 0, name: 'load' };

  const totals: OutcomeCounts = { ok: 0, http_error: 0, timeout: 0, refused: 0, reset: 0, dropped: 0 };
  const spacing = run.seconds / (run.faults + 1);
  let fault = 0;
  let replaced = run.pods;
  let healed: { atMs: number; pod: Pod } | null = null;
  for (let second = 0; second < run.seconds; second += 1) {
    const startT = bootMs + second * 1000;
    if (second % 15 === 0) yield* autoscaler(run, alive, startT + 1);
    if (healed !== null && startT >= healed.atMs) {
      alive.push(healed.pod);
      yield endpoints(alive, healed.atMs + 5);
      healed = null;
    }
    let failing: Pod | undefined;
    if (fault < run.faults && second >= Math.round(spacing * (fault + 1)) && healed === null) {
      fault += 1;
      failing = alive.splice(Math.floor(random() * alive.length), 1)[0];
      const next = newPod((replaced += 1), nodes, random);
      if (failing !== undefined) yield* podDies(failing, next, { index: fault, atMs: startT + 100, alive });
      healed = { atMs: startT + 100 + healMs, pod: next };
    }
    const event = trafficSecond({ run, second, startT, alive, failing, encoded, random });
    for (const outcome of ['ok', 'refused', 'reset'] as const) totals[outcome] += event.outcomes[outcome];
    yield event;
  }
  yield {
    t: endMs + 900,
    type: 'traffic.end',
    scheduled: run.ratePerSecond * run.seconds,
    outcomes: totals,
    service: encoded[0] ?? '',
    response: encoded[0] ?? '',
    conserved: true,
    lateness: encoded[1] ?? '',
  };
  yield { t: endMs + 901, type: 'run.step', name: 'traffic', state: 'end' };
  yield { t: endMs + 2000, type: 'run.end', reason: 'completed' };
}

function* opening(run: LargeRun, nodes: readonly string[]): Generator<JournalEvent> {
  yield {
    t: 0,
    type: 'run.start',
    apiVersion: 'openbell.dev/v1',
    kind: 'Journal',
    runId: `large-${run.seed}`,
    originWall: '2026-11-21T09:30:00.000Z',
    openbellVersion: '0.1.0',
    seed: run.seed,
    scenario: {
      name: 'large',
      title: 'A long run',
      description: 'Imitated by a seeded generator.',
      origin: 'bench',
      source: '',
    },
    machine: {
      os: 'Linux',
      arch: 'x64',
      cpuModel: 'imitated',
      cores: 2,
      memoryBytes: 8 * 1024 ** 3,
      nodeVersion: 'v24.0.0',
    },
  };
  yield {
    t: 1,
    type: 'run.plan',
    phases: [
      {
        name: 'load',
        startMs: 0,
        durationMs: run.seconds * 1000,
        shape: `constant ${run.ratePerSecond}/s`,
      },
    ],
    offeredPerSecond: Array.from({ length: run.seconds }, () => run.ratePerSecond),
    faults: Array.from({ length: run.faults }, (_, index) => ({
      id: `kill-${index + 1}`,
      type: 'kill-pod',
      atMs: Math.round((run.seconds / (run.faults + 1)) * (index + 1)) * 1000,
      description: 'kill 1 pod',
    })),
    expectations: ['availability >= 99%', 'response.p99 < 250ms', 'faults.outage < 10s'],
    goodResponseMs: 250,
    workload: { namespace: 'openbell', deployment: 'api', service: 'api', hpa: 'api' },
  };
  yield { t: 2, type: 'run.step', name: 'provision', state: 'start' };
  for (const [index, name] of ['control-plane', ...nodes].entries()) {
    yield {
      t: 600,
      type: 'k8s.node',
      change: 'added',
      name,
      role: index === 0 ? 'control-plane' : 'worker',
      ready: 'True',
      unschedulable: false,
      taints: [],
      allocatableCpuMilli: 32_000,
    };
  }
  yield {
    t: 700,
    type: 'cluster.ready',
    provider: 'embedded',
    kubernetesVersion: 'v1.34.4',
    timings: { speedup: 1, hpaSyncPeriodMs: 15_000, nodeMonitorGraceMs: 50_000 },
    notFollowed: [],
    facts: {},
  };
  yield { t: 701, type: 'run.step', name: 'provision', state: 'end' };
}

function newPod(index: number, nodes: readonly string[], random: Random): Pod {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  const end = Array.from({ length: 5 }, () => letters[Math.floor(random() * letters.length)]).join('');
  const node = nodes[index % nodes.length] ?? 'worker-1';
  return {
    name: `api-6d4cf56db6-${end}`,
    uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    node,
    ip: `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`,
  };
}

function podEvent(pod: Pod, t: number, state: Partial<PodObserved>): PodObserved {
  return {
    t,
    type: 'k8s.pod',
    change: 'modified',
    name: pod.name,
    uid: pod.uid,
    node: pod.node,
    phase: 'Running',
    ready: false,
    started: false,
    restarts: 0,
    reason: null,
    ip: pod.ip,
    owner: 'api-6d4cf56db6',
    terminating: false,
    createdT: Math.floor(t / 1000) * 1000,
    ...state,
  };
}

function* podComes(pod: Pod, fromMs: number, readyMs: number): Generator<JournalEvent> {
  yield podEvent(pod, fromMs, { change: 'added', node: null, phase: 'Pending', ip: null });
  yield told(pod, fromMs + 1, 'Scheduled', `Successfully assigned openbell/${pod.name} to ${pod.node}`);
  yield podEvent(pod, fromMs + 2, { phase: 'Pending', ip: null });
  yield told(pod, fromMs + 30, 'Started', 'Started container api');
  yield podEvent(pod, fromMs + 31, { started: true });
  yield podEvent(pod, readyMs, { started: true, ready: true });
}

function* podDies(
  pod: Pod,
  next: Pod,
  { index, atMs, alive }: { index: number; atMs: number; alive: readonly Pod[] },
): Generator<JournalEvent> {
  const id = `kill-${index}`;
  yield {
    t: atMs,
    type: 'fault.inject',
    id,
    fault: 'kill-pod',
    targetKind: 'Pod',
    targets: [{ name: pod.name, uid: pod.uid, node: pod.node }],
  };
  yield podEvent(pod, atMs + 20, { change: 'deleted', started: true, terminating: true });
  yield { t: atMs + 30, type: 'fault.landed', id, proof: 'the pod is gone from the API' };
  yield endpoints(alive, atMs + 40);
  yield told(next, atMs + 45, 'SuccessfulCreate', `Created pod: ${next.name}`);
  yield* podComes(next, atMs + 50, atMs + healMs - 20);
}

function told(pod: Pod, t: number, reason: string, message: string): JournalEvent {
  return {
    t,
    type: 'k8s.event',
    severity: 'Normal',
    reason,
    message,
    object: { kind: 'Pod', name: pod.name },
    component: 'kubelet',
    count: 1,
  };
}

function endpoints(pods: readonly Pod[], t: number): JournalEvent {
  return {
    t,
    type: 'k8s.endpoints',
    service: 'api',
    endpoints: pods.map(({ name, node, ip }) => ({
      pod: name,
      node,
      ip,
      ready: true,
      serving: true,
      terminating: false,
    })),
  };
}

function deployment(replicas: number, t: number): JournalEvent {
  return {
    t,
    type: 'k8s.deployment',
    name: 'api',
    specReplicas: replicas,
    replicas,
    readyReplicas: replicas,
    updatedReplicas: replicas,
  };
}

function* autoscaler(run: LargeRun, alive: readonly Pod[], t: number): Generator<JournalEvent> {
  yield {
    t,
    type: 'k8s.metrics',
    pods: alive.map(({ name }) => ({ name, cpuMilli: 120, windowMs: 15_000 })),
  };
  yield {
    t: t + 1,
    type: 'k8s.hpa',
    name: 'api',
    minReplicas: 2,
    maxReplicas: run.pods,
    currentReplicas: run.pods,
    desiredReplicas: run.pods,
    targetUtilization: 60,
    currentUtilization: 60,
    conditions: [],
  };
}

function trafficSecond({
  run,
  second,
  startT,
  alive,
  failing,
  encoded,
  random,
}: {
  run: LargeRun;
  second: number;
  startT: number;
  alive: readonly Pod[];
  failing: Pod | undefined;
  encoded: readonly string[];
  random: Random;
}): TrafficSecond {
  const scheduled = run.ratePerSecond;
  const lost = failing === undefined ? 0 : Math.round((scheduled / run.pods) * (failMs / 1000));
  const ok = scheduled - lost;
  const share = Math.floor(ok / alive.length);
  const histogram = encoded[Math.floor(random() * encoded.length)] ?? '';
  const pods = alive.map((pod, index) => {
    const answered = index === 0 ? ok - share * (alive.length - 1) : share;
    const firstT = startT + Math.round(random() * 20_000) / 1000;
    return [
      pod.name,
      {
        node: pod.node,
        ok: answered,
        httpError: 0,
        firstT,
        lastT: firstT + 970,
        connections: 1 + Math.floor(random() * 4),
        reused: Math.floor(answered * 0.98),
      },
    ] as const;
  });
  const failures = Array.from({ length: Math.min(lost, 500) }, (_, index) => {
    const scheduledT = startT + 100 + (index / lost) * failMs;
    const outcome = index % 3 === 0 ? ('reset' as const) : ('refused' as const);
    return { scheduledT, endedT: scheduledT + 1, outcome, pod: failing?.name ?? null };
  });
  const reset = failures.filter(({ outcome }) => outcome === 'reset').length;
  return {
    t: startT + 2010,
    type: 'traffic.second',
    second,
    startT,
    scheduled,
    outcomes: { ok, http_error: 0, timeout: 0, refused: lost - reset, reset, dropped: 0 },
    statuses: { 200: ok },
    service: { ok: histogram },
    response: { ok: histogram },
    okResponseUs: {
      p50: 2100 + Math.round(random() * 400),
      p90: 9000 + Math.round(random() * 3000),
      p99: 20_000 + Math.round(random() * 9000),
      max: 60_000,
    },
    pods: Object.fromEntries(pods),
    failures,
    slow: [],
    connections: { open: 200, opened: 100, closed: 100 },
    generator: {
      latenessP50Ms: 0.2,
      latenessP99Ms: 1.5,
      latenessMaxMs: 6,
      eventLoopDelayP99Ms: 2,
      cpu: 0.6,
      saturated: false,
    },
  };
}

/** Some dozens of histograms as the engine would encode them: encoding one for each second would take longer than the rest. */
function histograms(random: Random): string[] {
  return Array.from({ length: 32 }, () => {
    const histogram = build({ useWebAssembly: false });
    histogram.autoResize = true;
    for (let request = 0; request < 5000; request += 1) {
      const queue = random() < 0.08 ? random() * 18_000 : 0;
      histogram.recordValue(Math.round(1500 + -Math.log(1 - random()) * 900 + queue));
    }
    return encodeIntoCompressedBase64(histogram);
  });
}
