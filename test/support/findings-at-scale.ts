import type { FaultFinding, Findings, PodLife, PodState } from '../../src/analysis/index.ts';
import { healingSteps, PodTable } from '../../src/analysis/index.ts';
import { seededRandom } from '../../src/support/index.ts';

/** How large the imitated run is. */
export interface Scale {
  seconds: number;
  pods: number;
  nodes: number;
  faults: number;
  seed?: number;
}

/**
 * Findings of an imitated run of any size, straight away: to see how a page copes with an hour, two hundred pods or fifty
 * faults without writing such a journal first. The figures are plausible in shape only.
 */
export function findingsAtScale({ seconds, pods, nodes, faults, seed = 7 }: Scale): Findings {
  const random = seededRandom(seed);
  const start = 3000;
  const end = start + seconds * 1000;
  const nodeNames = Array.from({ length: nodes }, (_, index) => `worker-${index + 1}`);
  const lives = Array.from({ length: pods }, (_, index) => podLife(index, { random, end, nodeNames, pods }));
  const findings = emptyFindings();
  findings.durationMs = end + 2000;
  findings.trafficStartMs = start;
  findings.trafficEndMs = end;
  findings.pods = lives;
  findings.nodes = nodeNames.map((name) => ({
    name,
    role: 'worker',
    states: [{ state: 'ready', fromMs: 500, toMs: end }],
  }));
  findings.nodeCounts = [{ t: 500, ready: nodes, total: nodes }];
  for (let second = 0; second < seconds; second += 1) {
    const t = start + second * 1000;
    const alive = lives.filter((pod) => (pod.readyMs ?? Infinity) <= t && (pod.deletedMs ?? Infinity) > t);
    const offered = Math.round(5000 * (0.6 + 0.4 * Math.sin(second / 200)));
    const reset = alive.length === 0 ? offered : random() < 0.05 ? Math.floor(random() * 40) : 0;
    const ok = offered - reset;
    const each = alive.map(
      ({ name }) =>
        [
          name,
          {
            ok: Math.floor(ok / Math.max(1, alive.length) + random() * 5),
            httpError: 0,
            connections: 1 + Math.floor(random() * 4),
            firstT: t,
            lastT: t + 999,
          },
        ] as const,
    );
    findings.seconds.push({
      t,
      second,
      offered,
      outcomes: { ok, http_error: 0, timeout: 0, refused: 0, reset, dropped: 0 },
      p50Ms: ok === 0 ? null : 4 + random(),
      p90Ms: ok === 0 ? null : 9 + random() * 4,
      p99Ms: ok === 0 ? null : 20 + random() * 60,
      latencyBands: {
        lowest: 44,
        counts: Array.from({ length: 14 }, (_, band) =>
          band === 0 ? Math.round(offered * 0.7) : band === 13 ? Math.round(offered * 0.3) : 0,
        ),
      },
      pods: new PodTable(Object.fromEntries(each)),
      connectionsOpen: alive.length * 2,
      latenessP99Ms: random() * 2,
      generatorCpu: 0.4,
      saturated: second % 97 === 13,
    });
    findings.requests.scheduled += offered;
    findings.requests.ok += ok;
    findings.requests.reset += reset;
    findings.replicas.push({
      t,
      desired: alive.length + (second % 7 === 0 ? 1 : 0),
      ready: alive.length,
      inRotation: alive.length,
    });
  }
  findings.availability = findings.requests.ok / findings.requests.scheduled;
  findings.latencyMs = {
    service: { p50: 4, p90: 9, p99: 30, max: 210 },
    response: { p50: 4, p90: 10, p99: 42, max: 900 },
  };
  findings.faults = Array.from({ length: faults }, (_, index) =>
    faultFinding(
      index,
      start + ((index + 1) * seconds * 1000) / (faults + 1),
      lives[index % pods]?.name ?? 'nobody',
    ),
  );
  findings.marks = findings.faults.map((fault) => ({
    t: fault.injectedMs,
    kind: 'fault',
    label: `${fault.type} ${fault.target}`,
  }));
  findings.accounting = lives.map((pod) => ({ pod: pod.name, client: pod.served, podCount: pod.served }));
  findings.timeline = lives.flatMap((pod, index) =>
    ['Scheduled', 'Pulled', 'Created', 'Started', 'Unhealthy', 'Killing'].map((reason, step) => ({
      t: (pod.createdMs ?? 0) + step * 300,
      severity: reason === 'Unhealthy' ? ('Warning' as const) : ('Normal' as const),
      reason,
      object: `Pod/${pod.name}`,
      message: `${reason} of container api in pod ${pod.name}, number ${index}, with a message of the usual length`,
      component: 'kubelet',
    })),
  );
  return findings;
}

function podLife(
  index: number,
  { random, end, nodeNames, pods }: { random: () => number; end: number; nodeNames: string[]; pods: number },
): PodLife {
  const createdMs = 1000 + (index / pods) * end * 0.6;
  const readyMs = createdMs + 800 + random() * 2000;
  const deletedMs = random() < 0.5 ? null : Math.min(end, readyMs + random() * end * 0.5 + 500);
  const bounds: [PodState, number][] = [
    ['pending', createdMs],
    ['starting', createdMs + 100],
    ['ready', readyMs],
    ...(deletedMs === null
      ? []
      : [[index % 3 === 0 ? 'lost' : 'terminating', deletedMs - 400] as [PodState, number]]),
  ];
  return {
    name: `api-6d4cf56db6-${(index * 7919 + 46656).toString(36).padStart(5, 'x')}`,
    node: nodeNames[index % nodeNames.length] ?? null,
    createdMs,
    scheduledMs: createdMs + 100,
    startedMs: createdMs + 300,
    readyMs,
    inRotationMs: readyMs + 50,
    outOfRotationMs: deletedMs,
    firstServedMs: readyMs + 80,
    lastServedMs: deletedMs ?? end,
    deletedMs,
    served: Math.floor(random() * 100_000),
    restarts: 0,
    states: bounds.map(([state, fromMs], at) => ({
      state,
      fromMs,
      toMs: bounds[at + 1]?.[1] ?? deletedMs ?? end,
    })),
  };
}

function faultFinding(index: number, injectedMs: number, target: string): FaultFinding {
  return {
    id: `fault-${index}`,
    type: 'kill-pod',
    effect: 'loss',
    target,
    injectedMs,
    landedMs: injectedMs + 40,
    undoneMs: null,
    proof: 'The process is gone.',
    problem: null,
    reactionMs: 300,
    repairMs: 2400,
    recoveryMs: 900,
    outageMs: 1200,
    lost: 12,
    lostByOutcome: { reset: 12 },
    lostByPod: [{ pod: target, count: 12 }],
    lostEvidence: { byPod: 12, byTime: 0 },
    explanation: null,
    misrouted: null,
    waterfall: healingSteps.map((step, at) => ({
      step,
      atMs: injectedMs + at * 310,
      shownBy: 'watch of pods',
      source: 'watch event',
    })),
    lostPods: [target],
    replacementPods: [`${target}-next`],
  };
}

/** Findings of a run in which nothing happened: no cluster, no traffic, no pods; whatever can be null is null. */
export function emptyFindings(): Findings {
  const never = { p50: null, p90: null, p99: null, max: null };
  return {
    run: {
      type: 'run.start',
      t: 0,
      apiVersion: 'openbell.dev/v1',
      kind: 'Journal',
      runId: '20261121-093000-0000',
      originWall: '2026-11-21T09:30:00.000Z',
      openbellVersion: '0.1.0',
      seed: 1,
      scenario: {
        name: 'empty',
        title: 'Nothing happens',
        description: '',
        origin: 'built-in:empty',
        source: '',
      },
      machine: {
        os: 'linux 6.1',
        arch: 'x64',
        cpuModel: 'a processor',
        cores: 2,
        memoryBytes: 4 * 1024 ** 3,
        nodeVersion: 'v24.0.0',
      },
    },
    plan: null,
    cluster: null,
    verdict: 'interrupted',
    exitCode: 105,
    verdictSentence: 'The run was interrupted before anything happened.',
    distrust: [],
    notes: [],
    durationMs: 0,
    trafficStartMs: null,
    trafficEndMs: null,
    firstAnswerMs: null,
    requests: {
      scheduled: 0,
      conserved: true,
      ok: 0,
      http_error: 0,
      timeout: 0,
      refused: 0,
      reset: 0,
      dropped: 0,
    },
    statuses: {},
    checks: [],
    connectionPolicy: null,
    balance: null,
    model: { kind: 'open', think: null, session: null },
    accounting: [],
    latencyMs: { service: never, response: never },
    availability: null,
    seconds: [],
    replicas: [],
    nodeCounts: [],
    pods: [],
    nodes: [],
    faults: [],
    scaling: [],
    autoscaler: { syncs: [], problem: 'The workload has no autoscaler.', agreement: null, says: [] },
    trust: {
      level: 'trusted',
      sentence: 'Nothing was found that lowers the trust in the figures.',
      doubts: [],
    },
    headlines: [],
    recommendations: [],
    whatIf: null,
    autoscaling: {
      calibration: null,
      loadSteps: [],
      elasticity: null,
      cost: {
        fromMs: 0,
        toMs: 0,
        podSeconds: 0,
        lostRequests: 0,
        podHourPrice: null,
        lostRequestPrice: null,
        currency: '',
        pods: null,
        lost: null,
      },
      says: [],
    },
    customers: {
      availability: null,
      scheduled: 0,
      budget: { goal: 0.999, assumed: true, allowed: 0, spent: 0 },
      lost: [],
      apdex: null,
      windows: [],
      worstSecond: null,
      says: [],
    },
    rerouting: { departures: [], arrivals: [], says: [] },
    expectations: [],
    generator: { latenessP99Ms: null, saturatedSeconds: 0, threads: null },
    marks: [],
    timeline: [],
    journal: { complete: false, events: 1, problems: [] },
  };
}
