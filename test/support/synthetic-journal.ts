import type { JournalEvent, PodCounts, RunPlan, RunStart } from '../../src/journal/index.ts';
import { SyntheticCluster } from './synthetic-cluster.ts';
import { syntheticTraffic } from './synthetic-traffic.ts';

/** What may differ from the plain story. */
export interface SyntheticOptions {
  /** 1 when left out; another seed gives other pods and latencies, the story stays. */
  seed?: number;
  /** Kill a pod 35 s into traffic; true when left out. */
  podKill?: boolean;
  /** Lose a node 55 s into traffic; true when left out. */
  nodeLoss?: boolean;
  /** Seconds of traffic in which the generator lags; none when left out. */
  saturatedSeconds?: number[];
  expectations?: string[];
  /** Rules on statistics over trials. */
  trialExpectations?: string[];
}

/** Ms since the run's origin at which the imitated traffic starts. */
export const syntheticTrafficStart = 3200;

const graceMs = 5000;
const tolerationMs = 3000;
const workers = ['worker-1', 'worker-2', 'worker-3'];
const phases = [
  { name: 'pre-market', seconds: 15, rate: () => 60, shape: 'constant 60/s' },
  {
    name: 'opening bell',
    seconds: 3,
    rate: (s: number) => 60 + (s + 0.5) * (340 / 3),
    shape: 'ramp 60/s → 400/s',
  },
  { name: 'surge', seconds: 32, rate: () => 400, shape: 'constant 400/s' },
  { name: 'settle', seconds: 40, rate: () => 150, shape: 'constant 150/s' },
];

/**
 * The journal of an imitated market-open run of about 95 s: three workers, 2 → 8 → 3 pods, a pod killed in the surge and a
 * node lost after it. The same options give the same events.
 */
export function syntheticJournal(options: SyntheticOptions = {}): JournalEvent[] {
  const { seed = 1, podKill = true, nodeLoss = true, saturatedSeconds = [] } = options;
  const start = syntheticTrafficStart;
  const offeredPerSecond = phases.flatMap((phase) =>
    Array.from({ length: phase.seconds }, (_, second) => Math.round(phase.rate(second))),
  );
  const cluster = new SyntheticCluster(seed, workers);
  boot(cluster);
  autoscale(cluster, start, offeredPerSecond);
  if (podKill) killPod(cluster, start + 35_000);
  if (nodeLoss) loseNode(cluster, start + 55_000);
  cluster.play();

  const { seconds, end } = syntheticTraffic({
    seed: seed + 1,
    startT: start,
    offeredPerSecond,
    pods: cluster.pods,
    goodResponseMs: 250,
    timeoutMs: 2000,
    podCapacity: 130,
    saturatedSeconds,
  });
  const over: JournalEvent[] = [
    { t: end.t + 1, type: 'run.step', name: 'traffic', state: 'end' },
    { t: end.t + 2, type: 'run.step', name: 'recover', state: 'start' },
    counts(end.t + 20, seconds),
    { t: end.t + 900, type: 'run.step', name: 'recover', state: 'end' },
    { t: end.t + 901, type: 'run.step', name: 'clean-up', state: 'start' },
    { t: end.t + 1400, type: 'run.step', name: 'clean-up', state: 'end' },
    { t: end.t + 1401, type: 'run.end', reason: 'completed' },
  ];
  const watched = [...cluster.events, ...seconds, end].sort((a, b) => a.t - b.t);
  const [runStart, plan] = opening(seed, offeredPerSecond, options);
  return [runStart, plan, ...[...watched, ...trafficMarks(start), ...over].sort((a, b) => a.t - b.t)];
}

function opening(seed: number, offeredPerSecond: number[], options: SyntheticOptions): [RunStart, RunPlan] {
  let startMs = 0;
  const { podKill = true, nodeLoss = true } = options;
  const faults = [
    { id: 'kill-pod-1', type: 'kill-pod', atMs: 35_000, description: 'kill 1 pod of the workload' },
    { id: 'kill-node-1', type: 'kill-node', atMs: 55_000, description: 'kill 1 worker' },
  ].filter((fault) => (fault.type === 'kill-pod' ? podKill : nodeLoss));
  return [
    {
      t: 0,
      type: 'run.start',
      apiVersion: 'openbell.dev/v1',
      kind: 'Journal',
      runId: 'market-open-2026-03-02T14-30-00Z',
      originWall: '2026-03-02T14:30:00.000Z',
      openbellVersion: '0.1.0',
      seed,
      scenario: {
        name: 'market-open',
        title: 'Market open',
        description: 'Pre-market calm, the opening bell, a surge; a pod dies in it and a node after it.',
        origin: 'built-in:market-open',
        source: 'apiVersion: openbell.dev/v1\nkind: Scenario\nmetadata:\n  name: market-open\n',
      },
      machine: {
        os: 'Linux 6.12',
        arch: 'x64',
        cpuModel: 'Imitated CPU',
        cores: 2,
        memoryBytes: 8 * 1024 ** 3,
        nodeVersion: 'v24.0.0',
      },
    },
    {
      t: 1,
      type: 'run.plan',
      phases: phases.map(({ name, seconds, shape }) => {
        const phase = { name, startMs, durationMs: seconds * 1000, shape };
        startMs += seconds * 1000;
        return phase;
      }),
      offeredPerSecond,
      faults,
      expectations: options.expectations ?? [],
      ...(options.trialExpectations === undefined ? {} : { trialExpectations: options.trialExpectations }),
      goodResponseMs: 250,
      workload: { namespace: 'openbell', deployment: 'sample-api', service: 'sample-api', hpa: 'sample-api' },
    },
  ];
}

function boot(cluster: SyntheticCluster): void {
  const step = (t: number, name: 'provision' | 'deploy' | 'steady-state', state: 'start' | 'end'): void =>
    cluster.at(t, () => cluster.events.push({ t, type: 'run.step', name, state }));
  step(60, 'provision', 'start');
  cluster.at(900, () =>
    cluster.nodes(
      { 'control-plane': 'True', ...Object.fromEntries(workers.map((name) => [name, 'True'])) },
      'added',
    ),
  );
  cluster.at(950, () =>
    cluster.events.push({
      t: 950,
      type: 'cluster.ready',
      provider: 'embedded',
      kubernetesVersion: 'v1.34.4',
      timings: {
        speedup: 10,
        hpaSyncPeriodMs: 1500,
        hpaTolerance: 0.1,
        hpaDownscaleStabilizationMs: 30_000,
        metricsResolutionMs: 1500,
        nodeMonitorPeriodMs: 500,
        nodeMonitorGraceMs: graceMs,
        unreachableTolerationMs: tolerationMs,
      },
      notFollowed: [],
      facts: { 'CPU limits': 'cgroup v2', 'Pod addresses': '127.77.0.0/16' },
    }),
  );
  step(960, 'provision', 'end');
  step(970, 'deploy', 'start');
  cluster.at(1000, () => cluster.scaleTo(2));
  step(2100, 'deploy', 'end');
  step(2110, 'steady-state', 'start');
  cluster.at(2140, () =>
    cluster.events.push({
      t: 2140,
      type: 'service.answered',
      url: 'http://127.77.0.1:30080/readyz',
      status: 200,
    }),
  );
  step(3150, 'steady-state', 'end');
}

/** Autoscaler syncs every 1.5 s; what it decides is the story's, the utilization is the load's arithmetic. */
function autoscale(cluster: SyntheticCluster, start: number, offered: number[]): void {
  const decisions = new Map([
    [20_300, 5],
    [21_800, 8],
    [84_800, 3],
  ]);
  let replicas = 2;
  for (let t = 2300; t < start + offered.length * 1000; t += 1500) {
    cluster.at(t - 200, () => {
      const alive = cluster.pods.filter(
        (pod) => pod.readyT !== null && pod.deletedT === null && pod.deadT === null,
      );
      cluster.events.push({
        t: t - 200,
        type: 'k8s.metrics',
        pods: alive.map((pod) => ({
          name: pod.name,
          cpuMilli: Math.round(cpuPerPod(t - 200, alive.length)),
          windowMs: 1500,
        })),
      });
    });
    cluster.at(t, () => {
      const before = replicas;
      replicas = decisions.get(t) ?? replicas;
      const utilization = Math.round(cpuPerPod(t, before) / 2);
      cluster.events.push({
        t,
        type: 'k8s.hpa',
        name: 'sample-api',
        minReplicas: 2,
        maxReplicas: 8,
        currentReplicas: before,
        desiredReplicas: replicas,
        targetUtilization: 60,
        currentUtilization: utilization,
        conditions: [
          {
            type: 'AbleToScale',
            status: 'True',
            reason: 'ReadyForNewScale',
            message: 'recommended size matches current size',
          },
          {
            type: 'ScalingActive',
            status: 'True',
            reason: 'ValidMetricFound',
            message: 'the HPA was able to calculate a replica count',
          },
        ],
      });
      if (before === replicas) return;
      const why = replicas > before ? 'above target' : 'below target';
      cluster.event('HorizontalPodAutoscaler/sample-api', {
        reason: 'SuccessfulRescale',
        message: `New size: ${replicas}; reason: ${replicas > before ? `cpu resource utilization (percentage of request) ${why}` : 'All metrics below target'}`,
        component: 'horizontal-pod-autoscaler',
      });
      cluster.scaleTo(replicas);
    });
  }

  /** Millicores per pod: 2.4 ms of work per request, never above the limit of 500m. */
  function cpuPerPod(t: number, pods: number): number {
    const rate = offered[Math.floor((t - start) / 1000)] ?? 0;
    return Math.min(500, (rate * 2.4) / Math.max(1, pods));
  }
}

function killPod(cluster: SyntheticCluster, t: number): void {
  cluster.at(t, () => {
    const victim = cluster.pods[1];
    if (!victim) return;
    cluster.events.push({
      t,
      type: 'fault.inject',
      id: 'kill-pod-1',
      fault: 'kill-pod',
      targetKind: 'Pod',
      targets: [
        { name: victim.name, uid: victim.uid, ...(victim.node === null ? {} : { node: victim.node }) },
      ],
    });
    cluster.at(t + 3, () => cluster.kill(victim));
    cluster.at(t + 12, () =>
      cluster.events.push({
        t: t + 12,
        type: 'fault.landed',
        id: 'kill-pod-1',
        proof: 'the pod is gone from the API',
      }),
    );
  });
}

function loseNode(cluster: SyntheticCluster, t: number): void {
  const node = 'worker-2';
  cluster.at(t, () => {
    cluster.events.push({
      t,
      type: 'fault.inject',
      id: 'kill-node-1',
      fault: 'kill-node',
      targetKind: 'Node',
      targets: [{ name: node, uid: '00000000-0000-4000-8000-0000000000a2' }],
    });
    cluster.at(t + 5, () => cluster.lose(node, graceMs, tolerationMs));
    cluster.at(t + 9, () =>
      cluster.events.push({
        t: t + 9,
        type: 'fault.landed',
        id: 'kill-node-1',
        proof: `every process of ${node} is gone`,
      }),
    );
  });
  const undone = syntheticTrafficStart + 90_300;
  cluster.at(undone, () => {
    cluster.restore(node);
    cluster.events.push({
      t: undone,
      type: 'fault.undone',
      id: 'kill-node-1',
      how: `${node} was started again`,
    });
  });
}

function trafficMarks(start: number): JournalEvent[] {
  let at = start;
  const marks: JournalEvent[] = [
    { t: start - 1, type: 'run.step', name: 'traffic', state: 'start' },
    {
      t: start,
      type: 'traffic.start',
      target: 'http://127.77.0.1:30080/',
      connections: 800,
      timeoutMs: 2000,
      connectionPolicy: 'a new connection every 20 requests',
      threads: { count: 1, reason: 'at most 400/s are asked for, and one thread keeps 20,000/s' },
    },
  ];
  phases.forEach(({ name, seconds }, index) => {
    marks.push({ t: at, type: 'phase.start', index, name });
    at += seconds * 1000;
  });
  return marks;
}

/** What each pod would have counted: what the client saw answered. Pods that died cannot be asked. */
function counts(t: number, seconds: readonly Extract<JournalEvent, { type: 'traffic.second' }>[]): PodCounts {
  const pods: Record<string, number> = {};
  for (const second of seconds) {
    for (const [name, { ok, httpError }] of Object.entries(second.pods)) {
      pods[name] = (pods[name] ?? 0) + ok + httpError;
    }
  }
  const last = Object.keys(seconds.at(-1)?.pods ?? {});
  return { t, type: 'pods.counted', pods: Object.fromEntries(last.map((name) => [name, pods[name] ?? 0])) };
}
