import type { NodeObserved, PodObserved } from '../journal/index.ts';
import type { PodLife, PodState } from './findings.ts';
import type { RunRecord, Second } from './record.ts';

/** A stay in the Service's ready endpoints; `toMs` is null while it lasts. */
interface Rotation {
  fromMs: number;
  toMs: number | null;
}

/** Everything the journal says about one pod. */
export interface PodTrack {
  name: string;
  uid: string;
  owner: string | null;
  /** What watches showed, by time; empty for a pod that is known only from answers. */
  seen: PodObserved[];
  rotations: Rotation[];
  answers: Answers;
  states: PodLife['states'];
}

/** What a pod answered. */
export interface Answers {
  /** The first of each second in which it answered. */
  firstMs: number[];
  lastMs: number | null;
  count: number;
}

/** All pods, by creation. */
export interface Pods {
  all: PodTrack[];
  /** The pod that bore this name at that time; null if none is known. */
  named(name: string, t: number): PodTrack | null;
  byUid(uid: string): PodTrack | null;
}

/** Follows every pod through watches, endpoints and answers. */
export function followPods(record: RunRecord, seconds: readonly Second[]): Pods {
  const all: PodTrack[] = [];
  const uids = new Map<string, PodTrack>();
  const names = new Map<string, PodTrack[]>();
  const track = (name: string, uid: string, owner: string | null): PodTrack => {
    const answers: Answers = { firstMs: [], lastMs: null, count: 0 };
    const pod: PodTrack = { name, uid, owner, seen: [], rotations: [], answers, states: [] };
    all.push(pod);
    uids.set(uid, pod);
    names.set(name, [...(names.get(name) ?? []), pod]);
    return pod;
  };
  const pods: Pods = {
    all,
    byUid: (uid) => uids.get(uid) ?? null,
    named: (name, t) => {
      const sameName = names.get(name);
      return sameName?.findLast((pod) => (pod.seen[0]?.t ?? -Infinity) <= t) ?? sameName?.[0] ?? null;
    },
  };

  followStates(record, (event) => uids.get(event.uid) ?? track(event.name, event.uid, event.owner));
  followRotation(record, pods);
  for (const second of seconds) {
    for (const [name, { ok, httpError, firstT, lastT }] of second.pods) {
      if (ok + httpError === 0) continue;
      const pod = pods.named(name, firstT) ?? track(name, `answers:${name}`, null);
      pod.answers.firstMs.push(firstT);
      pod.answers.lastMs = Math.max(pod.answers.lastMs ?? lastT, lastT);
      pod.answers.count += ok + httpError;
    }
  }
  return pods;
}

/** One pass in the journal's order, because what a pod is counted as depends on its node too. */
function followStates(record: RunRecord, trackOf: (event: PodObserved) => PodTrack): void {
  const nodeReady = new Map<string, NodeObserved['ready'] | 'gone'>();
  const onNode = new Map<string, Set<PodTrack>>();
  for (const event of record.events) {
    if (event.type === 'k8s.pod') {
      const pod = trackOf(event);
      pod.seen.push(event);
      if (event.node !== null) {
        const neighbours = onNode.get(event.node) ?? new Set();
        onNode.set(event.node, neighbours.add(pod));
      }
      enter(pod, event.t, event.change === 'deleted' ? null : stateOf(pod, nodeReady));
    } else if (event.type === 'k8s.node') {
      nodeReady.set(event.name, event.change === 'deleted' ? 'gone' : event.ready);
      for (const pod of onNode.get(event.name) ?? []) {
        if (pod.seen.at(-1)?.change !== 'deleted') enter(pod, event.t, stateOf(pod, nodeReady));
      }
    }
  }
  for (const pod of uniquePods(onNode)) close(pod, record.endMs);
}

function uniquePods(onNode: Map<string, Set<PodTrack>>): Set<PodTrack> {
  return new Set([...onNode.values()].flatMap((pods) => [...pods]));
}

function stateOf(pod: PodTrack, nodeReady: Map<string, NodeObserved['ready'] | 'gone'>): PodState {
  const now = pod.seen.at(-1);
  if (!now) return 'pending';
  const node = now.node === null ? 'True' : (nodeReady.get(now.node) ?? 'True');
  if (node === 'Unknown' || node === 'gone') return 'lost';
  if (now.terminating) return 'terminating';
  if (now.ready) return 'ready';
  if (pod.seen.some((earlier) => earlier.ready)) return 'not-ready';
  return now.node === null ? 'pending' : 'starting';
}

/** The pod is in `state` from `t` on; null when it is gone. Time never runs backwards here, whatever the clock did. */
function enter(pod: PodTrack, t: number, state: PodState | null): void {
  const current = pod.states.at(-1);
  if (current) {
    if (current.state === state) return;
    current.toMs = Math.max(current.fromMs, t);
  }
  if (state !== null) {
    const fromMs = current ? current.toMs : createdMs(pod, t);
    pod.states.push({ state, fromMs, toMs: fromMs });
  }
}

function close(pod: PodTrack, endMs: number): void {
  const last = pod.states.at(-1);
  if (last && pod.seen.at(-1)?.change !== 'deleted') last.toMs = Math.max(last.fromMs, endMs);
}

function followRotation(record: RunRecord, pods: Pods): void {
  const inRotation = new Map<PodTrack, Rotation>();
  for (const { t, endpoints } of record.of('k8s.endpoints')) {
    const ready = new Set<PodTrack>();
    for (const endpoint of endpoints) {
      const pod = endpoint.ready ? pods.named(endpoint.pod, t) : null;
      if (pod) ready.add(pod);
    }
    for (const [pod, rotation] of inRotation) {
      if (ready.has(pod)) continue;
      rotation.toMs = Math.max(rotation.fromMs, t);
      inRotation.delete(pod);
    }
    for (const pod of ready) {
      if (inRotation.has(pod)) continue;
      const rotation: Rotation = { fromMs: t, toMs: null };
      pod.rotations.push(rotation);
      inRotation.set(pod, rotation);
    }
  }
}

/**
 * When the pod was created. Watches tell at once, but of pods that were there before the watch only the creation time
 * stamp is known, which Kubernetes rounds down to whole seconds.
 */
function createdMs(pod: PodTrack, firstSeenMs: number): number {
  const stamp = pod.seen[0]?.createdT ?? firstSeenMs;
  return firstSeenMs - stamp > 1500 ? stamp : firstSeenMs;
}

/** The life of a pod as a report shows it. */
export function lifeOf(pod: PodTrack): PodLife {
  const { name, seen, rotations, answers } = pod;
  const first = seen[0];
  const firstWhere = (holds: (now: PodObserved) => boolean): number | null => seen.find(holds)?.t ?? null;
  return {
    name,
    node: seen.findLast((now) => now.node !== null)?.node ?? null,
    createdMs: first ? createdMs(pod, first.t) : null,
    scheduledMs: firstWhere((now) => now.node !== null),
    startedMs: firstWhere((now) => now.started),
    readyMs: firstWhere((now) => now.ready),
    inRotationMs: rotations[0]?.fromMs ?? null,
    outOfRotationMs: rotations.at(-1)?.toMs ?? null,
    firstServedMs: answers.firstMs[0] ?? null,
    lastServedMs: answers.lastMs,
    deletedMs: firstWhere((now) => now.change === 'deleted'),
    served: answers.count,
    restarts: seen.reduce((most, now) => Math.max(most, now.restarts), 0),
    states: pod.states,
  };
}
