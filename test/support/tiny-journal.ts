import type {
  DeploymentObserved,
  EndpointsObserved,
  FailedRequest,
  JournalEvent,
  NodeObserved,
  PodObserved,
  TrafficSecond,
} from '../../src/journal/index.ts';

/** Events of tiny hand-written runs, each with what a test does not care about filled in. */

function runStart(): JournalEvent {
  return {
    t: 0,
    type: 'run.start',
    apiVersion: 'openbell.dev/v1',
    kind: 'Journal',
    runId: 'tiny',
    originWall: '2026-03-02T14:30:00.000Z',
    openbellVersion: '0.1.0',
    seed: 1,
    scenario: { name: 'tiny', title: '', description: '', origin: 'test', source: '' },
    machine: { os: '', arch: '', cpuModel: '', cores: 1, memoryBytes: 1, nodeVersion: '' },
  };
}

export function pod(t: number, name: string, seen: Partial<PodObserved> = {}): PodObserved {
  return {
    t,
    type: 'k8s.pod',
    change: 'modified',
    name,
    uid: `uid-${name}`,
    node: 'worker-1',
    phase: 'Running',
    ready: true,
    started: true,
    restarts: 0,
    reason: null,
    ip: '127.77.1.1',
    owner: 'rs',
    terminating: false,
    createdT: t,
    ...seen,
  };
}

/** A pod that is created at `t` and Ready 100 ms later. */
export function newPod(t: number, name: string, seen: Partial<PodObserved> = {}): PodObserved[] {
  return [
    pod(t, name, { change: 'added', node: null, phase: 'Pending', ready: false, started: false, ...seen }),
    pod(t + 10, name, { phase: 'Pending', ready: false, started: false, ...seen }),
    pod(t + 50, name, { ready: false, ...seen }),
    pod(t + 100, name, seen),
  ];
}

export function gone(t: number, name: string): PodObserved {
  return pod(t, name, { change: 'deleted', terminating: true });
}

export function node(t: number, name: string, ready: NodeObserved['ready']): NodeObserved {
  return {
    t,
    type: 'k8s.node',
    change: 'modified',
    name,
    role: 'worker',
    ready,
    unschedulable: false,
    taints: [],
    allocatableCpuMilli: 1000,
  };
}

export function endpoints(t: number, ...ready: string[]): EndpointsObserved {
  return {
    t,
    type: 'k8s.endpoints',
    service: 'svc',
    endpoints: ready.map((name) => ({
      pod: name,
      node: 'worker-1',
      ip: '127.77.1.1',
      ready: true,
      serving: true,
      terminating: false,
    })),
  };
}

export function deployment(t: number, specReplicas: number): DeploymentObserved {
  return {
    t,
    type: 'k8s.deployment',
    name: 'app',
    specReplicas,
    replicas: specReplicas,
    readyReplicas: specReplicas,
    updatedReplicas: specReplicas,
  };
}

/** A fault at `t` that was seen to land 2 ms later. */
export function fault(t: number, id: string, targetKind: 'Pod' | 'Node', ...names: string[]): JournalEvent[] {
  return [
    {
      t,
      type: 'fault.inject',
      id,
      fault: targetKind === 'Pod' ? 'kill-pod' : 'hang-node',
      targetKind,
      targets: names.map((name) => ({ name, uid: `uid-${name}` })),
    },
    { t: t + 2, type: 'fault.landed', id, proof: 'seen' },
  ];
}

/** A component that is stopped from `t` to `untilT`. */
export function stopped(t: number, untilT: number, component: string): JournalEvent[] {
  const id = `no-${component}`;
  return [
    {
      t,
      type: 'fault.inject',
      id,
      fault: 'stop-component',
      targetKind: 'Component',
      component,
      targets: [{ name: component, uid: component }],
    },
    { t: t + 2, type: 'fault.landed', id, proof: 'seen' },
    { t: untilT, type: 'fault.undone', id, how: 'started' },
  ];
}

/** A request that failed, by default at once and with nobody answering. */
export function failure(scheduledT: number, request: Partial<FailedRequest> = {}): FailedRequest {
  return { scheduledT, endedT: scheduledT + 1, outcome: 'reset', pod: null, ...request };
}

/** What went wrong in traffic; everything else was fine. */
export interface Trouble {
  failures?: FailedRequest[];
  /** Instants at which slow requests were due. */
  slow?: number[];
  /** Resets in each second that lists any; as many as are listed when left out. */
  resets?: number;
}

/** Seconds of traffic of 100 requests each, from 0 on. */
export function traffic(count: number, { failures = [], slow = [], resets }: Trouble = {}): JournalEvent[] {
  const within = (startT: number) => (t: number) => t >= startT && t < startT + 1000;
  return Array.from({ length: count }, (_, second): TrafficSecond => {
    const startT = second * 1000;
    const failed = failures.filter((request) => within(startT)(request.scheduledT));
    const listed = (outcome: string): number => failed.filter((one) => one.outcome === outcome).length;
    const outcomes = {
      ok: 0,
      http_error: listed('http_error'),
      timeout: listed('timeout'),
      refused: listed('refused'),
      reset: listed('reset') > 0 ? (resets ?? listed('reset')) : 0,
      dropped: listed('dropped'),
    };
    const scheduled = Math.max(100, outcomes.reset);
    const { http_error, timeout, refused, reset, dropped } = outcomes;
    return {
      t: startT + 1000,
      type: 'traffic.second',
      second,
      startT,
      scheduled,
      outcomes: { ...outcomes, ok: scheduled - http_error - timeout - refused - reset - dropped },
      statuses: {},
      service: {},
      response: {},
      okResponseUs: null,
      pods: {},
      failures: failed,
      slow: slow.filter(within(startT)).map((t) => ({ scheduledT: t, endedT: t + 900, pod: 'living' })),
      connections: { open: 1, opened: 0, closed: 0 },
      generator: {
        latenessP50Ms: 0,
        latenessP99Ms: 0,
        latenessMaxMs: 0,
        eventLoopDelayP99Ms: 0,
        cpu: 0,
        saturated: false,
      },
    };
  });
}

/** A whole run of the events, in the order of their times. */
export function tinyRun(...events: (JournalEvent | JournalEvent[])[]): JournalEvent[] {
  const sorted = events.flat().sort((a, b) => a.t - b.t);
  const end = sorted.at(-1)?.t ?? 0;
  return [runStart(), ...sorted, { t: end + 1, type: 'run.end', reason: 'completed' }];
}

/** Pod a is killed at 5000, noticed at once and replaced by c, which is Ready at 5130 and in rotation at 5230. */
export const killed: JournalEvent[] = [
  ...fault(5000, 'kill', 'Pod', 'a'),
  gone(5004, 'a'),
  endpoints(5020, 'b'),
  ...newPod(5030, 'c'),
  endpoints(5230, 'b', 'c'),
];
