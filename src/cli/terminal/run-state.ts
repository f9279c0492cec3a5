import { targetInWords, type JournalEvent, type RunStep } from '../../journal/index.ts';
import { formatDuration } from '../../support/index.ts';
import type { TrafficTick } from '../../traffic/index.ts';

/** What a person who watches a run wants to know; follows from the journal's events so far. */
export interface RunState {
  scenario: string;
  provider: string | null;
  step: RunStep['name'] | null;
  phases: { name: string; startMs: number; durationMs: number }[];
  /** When traffic began, ms since the run's origin. */
  trafficStartT: number | null;
  tick: TrafficTick | null;
  pods: ReadonlyMap<string, { ready: boolean; terminating: boolean }>;
  desired: number | null;
  nodes: ReadonlyMap<string, { ready: boolean; worker: boolean }>;
  /** The last things that happened, oldest first. */
  news: readonly News[];
}

/** Something that happened, in one line. */
export interface News {
  t: number;
  kind: 'step' | 'phase' | 'fault' | 'scaling' | 'node' | 'pod' | 'warning';
  text: string;
}

const newsKept = 6;

export const initialState: RunState = {
  scenario: '',
  provider: null,
  step: null,
  phases: [],
  trafficStartT: null,
  tick: null,
  pods: new Map(),
  desired: null,
  nodes: new Map(),
  news: [],
};

/** The state after one more event, and the news that the event makes, if any. */
export function reduceRunState(state: RunState, event: JournalEvent): { state: RunState; news: News | null } {
  const next = withFacts(state, event);
  const news = newsOf(state, event);
  if (news === null) return { state: next, news };
  return { state: withNews(next, news), news };
}

/** The state with one more piece of news; of many the newest are kept. */
export function withNews(state: RunState, news: News): RunState {
  return { ...state, news: [...state.news, news].slice(-newsKept) };
}

function withFacts(state: RunState, event: JournalEvent): RunState {
  switch (event.type) {
    case 'run.start':
      return { ...state, scenario: event.scenario.name };
    case 'run.plan':
      return { ...state, phases: event.phases };
    case 'run.step':
      return event.state === 'start' ? { ...state, step: event.name } : state;
    case 'cluster.ready':
      return { ...state, provider: event.provider };
    case 'traffic.start':
      return { ...state, trafficStartT: event.t };
    case 'k8s.pod': {
      const { name, ready, terminating } = event;
      return {
        ...state,
        pods: changed(state.pods, name, event.change === 'deleted' ? null : { ready, terminating }),
      };
    }
    case 'k8s.node': {
      const { name, ready, role } = event;
      const node = event.change === 'deleted' ? null : { ready: ready === 'True', worker: role === 'worker' };
      return { ...state, nodes: changed(state.nodes, name, node) };
    }
    case 'k8s.deployment':
      return { ...state, desired: event.specReplicas };
    default:
      return state;
  }
}

function changed<V>(map: ReadonlyMap<string, V>, key: string, value: V | null): ReadonlyMap<string, V> {
  const next = new Map(map);
  if (value === null) next.delete(key);
  else next.set(key, value);
  return next;
}

function newsOf(before: RunState, event: JournalEvent): News | null {
  const { t } = event;
  switch (event.type) {
    case 'phase.start':
      return { t, kind: 'phase', text: event.name };
    case 'fault.inject':
      return { t, kind: 'fault', text: `${event.fault} ${targetInWords(event)}` };
    case 'fault.landed':
      return { t, kind: 'fault', text: `${event.id} landed: ${event.proof}` };
    case 'fault.failed':
      return { t, kind: 'warning', text: `${event.id} did not land: ${event.reason}` };
    case 'fault.undone':
      return { t, kind: 'fault', text: `${event.id} undone: ${event.how}` };
    case 'k8s.deployment':
      if (before.desired === null || before.desired === event.specReplicas) return null;
      return { t, kind: 'scaling', text: `${event.name} ${before.desired} → ${event.specReplicas} replicas` };
    case 'k8s.node': {
      const known = before.nodes.get(event.name);
      if (known === undefined || known.ready === (event.ready === 'True')) return null;
      return { t, kind: 'node', text: `${event.name} is ${event.ready === 'True' ? 'Ready' : 'NotReady'}` };
    }
    case 'gap':
      return {
        t,
        kind: 'warning',
        text: `not observed for ${formatDuration(event.toT - event.fromT)}: ${event.what}`,
      };
    case 'note':
      return event.level === 'warning' ? { t, kind: 'warning', text: event.message } : null;
    default:
      return null;
  }
}

/** Ready pods that stay, and all workers that are Ready. */
export function countReady(state: RunState): { pods: number; nodes: number; workers: number } {
  const workers = [...state.nodes.values()].filter(({ worker }) => worker);
  return {
    pods: [...state.pods.values()].filter(({ ready, terminating }) => ready && !terminating).length,
    nodes: workers.filter(({ ready }) => ready).length,
    workers: workers.length,
  };
}
