import { targetInWords, type NodeObserved } from '../journal/index.ts';
import type { Mark, NodeLife, NodePoint, ReplicaPoint, ScalingDecision, TimelineEntry } from './findings.ts';
import type { RunRecord } from './record.ts';

/** Replicas over time: what the Deployment asks for, has ready, and has in the Service's ready endpoints. */
export function replicasOf(record: RunRecord): ReplicaPoint[] {
  const points: ReplicaPoint[] = [];
  const now = { desired: 0, ready: 0, inRotation: 0 };
  for (const event of record.events) {
    if (event.type === 'k8s.deployment') {
      now.desired = event.specReplicas;
      now.ready = event.readyReplicas;
    } else if (event.type === 'k8s.endpoints') {
      now.inRotation = event.endpoints.filter((endpoint) => endpoint.ready).length;
    } else continue;
    step(points, { t: event.t, ...now }, ['desired', 'ready', 'inRotation']);
  }
  return points;
}

/** Workers that are Ready, of those there are. */
export function nodeCountsOf(record: RunRecord): NodePoint[] {
  const points: NodePoint[] = [];
  const workers = new Map<string, NodeObserved['ready']>();
  for (const { t, change, name, role, ready } of record.of('k8s.node')) {
    if (role !== 'worker') continue;
    if (change === 'deleted') workers.delete(name);
    else workers.set(name, ready);
    const readyNow = [...workers.values()].filter((state) => state === 'True').length;
    step(points, { t, ready: readyNow, total: workers.size }, ['ready', 'total']);
  }
  return points;
}

/** Appends a point of a step function if it changes anything; of several at one instant the last counts. */
function step<P extends { t: number }>(points: P[], point: P, values: readonly (keyof P)[]): void {
  const last = points.at(-1);
  if (last && values.every((key) => last[key] === point[key])) return;
  if (last && point.t <= last.t) points[points.length - 1] = { ...point, t: last.t };
  else points.push(point);
}

/** Each node's life in states, control plane first, then by name. */
export function nodeLivesOf(record: RunRecord): NodeLife[] {
  const lives = new Map<string, NodeLife>();
  const gone = new Set<string>();
  for (const { t, change, name, role, ready } of record.of('k8s.node')) {
    const life = lives.get(name) ?? { name, role, states: [] };
    lives.set(name, life);
    const state = ready === 'True' ? 'ready' : ready === 'False' ? 'not-ready' : 'unknown';
    const current = life.states.at(-1);
    const wasGone = gone.delete(name);
    if (current && !wasGone && current.state === state && change !== 'deleted') continue;
    if (current && !wasGone) current.toMs = Math.max(current.fromMs, t);
    if (change === 'deleted') gone.add(name);
    else {
      const fromMs = Math.max(t, current?.toMs ?? t);
      life.states.push({ state, fromMs, toMs: fromMs });
    }
  }
  for (const { name, states } of lives.values()) {
    const last = states.at(-1);
    if (last && !gone.has(name)) last.toMs = Math.max(last.fromMs, record.endMs);
  }
  return [...lives.values()].sort(
    (a, b) => a.role.localeCompare(b.role) || a.name.localeCompare(b.name, 'en', { numeric: true }),
  );
}

/** What is marked on every lane: phases, faults, scaling decisions, nodes that leave and return. */
export function marksOf(
  record: RunRecord,
  scaling: readonly ScalingDecision[],
  nodes: readonly NodeLife[],
): Mark[] {
  const marks: Mark[] = [];
  for (const { t, name } of record.of('phase.start')) marks.push({ t, kind: 'phase', label: name });
  for (const inject of record.of('fault.inject'))
    marks.push({ t: inject.t, kind: 'fault', label: `${inject.fault} ${targetInWords(inject)}`.trim() });
  for (const { t, id } of record.of('fault.undone')) marks.push({ t, kind: 'fault', label: `${id} undone` });
  for (const { atMs, from, to } of scaling)
    marks.push({ t: atMs, kind: 'scaling', label: `${from} → ${to} pods` });
  for (const { name, states } of nodes) {
    for (const { state, fromMs } of states.slice(1)) {
      const word = { ready: 'Ready', 'not-ready': 'NotReady', unknown: 'NotReady (unknown)' }[state];
      marks.push({ t: fromMs, kind: 'node', label: `${name} ${word}` });
    }
  }
  return marks.sort((a, b) => a.t - b.t);
}

/** Kubernetes' own events and the harness's remarks, by time. */
export function timelineOf(record: RunRecord): TimelineEntry[] {
  const told = record.of('k8s.event').map(({ t, severity, reason, message, object, component }) => ({
    t,
    severity,
    reason,
    object: `${object.kind}/${object.name}`,
    message,
    component,
  }));
  const remarked = record.of('note').map(({ t, level, message }): TimelineEntry => ({
    t,
    severity: level === 'warning' ? 'Warning' : 'Normal',
    reason: 'Note',
    object: 'Run',
    message,
    component: 'openbell',
  }));
  return [...told, ...remarked].sort((a, b) => a.t - b.t);
}
