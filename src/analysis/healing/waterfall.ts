import { healingSteps, type FaultFinding, type HealingStep, type StepSource } from '../findings.ts';
import type { PodTrack } from '../pods.ts';
import type { RunRecord } from '../record.ts';
import { effectOf, type Episode } from './episode.ts';
import { returnedMs, type Fate } from './replacements.ts';

/** An instant and what showed it. */
interface Sighting {
  atMs: number;
  shownBy: string;
  source: StepSource;
}

/** When each step was reached by each pod concerned; null where a pod did not reach it. */
type Sightings = Record<Exclude<HealingStep, 'fault'>, (Sighting | null)[]>;

/** How a fault healed. */
export interface Healing {
  waterfall: FaultFinding['waterfall'];
  /** First change that Kubernetes made because of the fault. */
  reactionAtMs: number | null;
  /** Every pod that had to be replaced or to return is Ready. */
  repairedAtMs: number | null;
  /** No lost pod is in rotation any more; null when one stayed. */
  outOfRotationMs: number | null;
  /** Capacity is what it was: replacements and returned pods are in rotation; null when not. */
  inRotationMs: number | null;
}

/** Puts the steps together: a step is reached when the last pod concerned has reached it. */
export function healingOf(record: RunRecord, episode: Episode, fates: readonly Fate[]): Healing {
  if (effectOf(episode) !== 'loss') return nothingToHeal;
  const seen = sightingsOf(record, episode, fates);
  const fault: FaultFinding['waterfall'][number] = {
    step: 'fault',
    atMs: episode.struckMs,
    shownBy:
      episode.struckMs > episode.atMs
        ? 'the harness, whose connection to the first pod that died was closed by the kernel'
        : 'the harness, just before it injected the fault',
    source: 'harness',
  };
  const steps = healingSteps.slice(1) as Exclude<HealingStep, 'fault'>[];
  // A fault through the API is known to Kubernetes before its pod has died: no step is earlier than the fault.
  const noEarlier = (atMs: number | null): number | null =>
    atMs === null ? null : Math.max(episode.struckMs, atMs);
  const rows = steps.map((step) => {
    const { atMs, ...shown } = latest(seen[step]);
    return { step, atMs: noEarlier(atMs), ...shown };
  });
  const reactions = [...seen.detected, ...seen['out of rotation'], ...seen['replacement created']]
    .filter((sighting) => sighting !== null)
    .map(({ atMs }) => atMs);
  return {
    waterfall: [fault, ...rows],
    reactionAtMs: reactions.length > 0 ? Math.max(episode.struckMs, Math.min(...reactions)) : null,
    repairedAtMs: noEarlier(latest(seen.ready).atMs),
    outOfRotationMs: noEarlier(latest(seen['out of rotation']).atMs),
    inRotationMs: noEarlier(latest(seen['in rotation']).atMs),
  };
}

const nothingToHeal: Healing = {
  waterfall: [],
  reactionAtMs: null,
  repairedAtMs: null,
  outOfRotationMs: null,
  inRotationMs: null,
};

function latest(sightings: readonly (Sighting | null)[]): Sighting | { [K in keyof Sighting]: null } {
  let last: Sighting | null = null;
  for (const sighting of sightings) {
    if (sighting === null) return unseen;
    if (last === null || sighting.atMs > last.atMs) last = sighting;
  }
  return last ?? unseen;
}

const unseen = { atMs: null, shownBy: null, source: null };

function sightingsOf(record: RunRecord, episode: Episode, fates: readonly Fate[]): Sightings {
  const replaced = fates
    .filter(({ kind }) => kind === 'replaced' || kind === 'owed')
    .map(({ replacement }) => replacement);
  const returned = fates.filter(({ kind }) => kind === 'returned').map(({ lost }) => lost);
  const once = (find: (pod: PodTrack) => Sighting | null): (Sighting | null)[] =>
    replaced.map((pod) => (pod ? find(pod) : null));
  const again = (find: (pod: PodTrack, fromMs: number) => Sighting | null): (Sighting | null)[] =>
    returned.map((pod) => find(pod, returnedMs(pod, episode.atMs) ?? Infinity));
  return {
    detected: episode.inject?.targetKind === 'Node' ? nodesDetected(record, episode) : podsDetected(episode),
    'out of rotation': episode.lost
      .filter((pod) => rotationAt(pod, episode.atMs) !== undefined)
      .map((pod) => leftRotation(pod, episode.atMs)),
    'replacement created': once((pod) => sighting(pod.seen[0]?.t, `pod ${pod.name} appeared`)),
    scheduled: once((pod) => {
      const now = pod.seen.find((seen) => seen.node !== null);
      return sighting(now?.t, `pod ${pod.name} has node ${now?.node}`);
    }),
    started: [
      ...once((pod) =>
        sighting(
          pod.seen.find((now) => now.started)?.t,
          `pod ${pod.name}: its container runs`,
          'kubelet status',
        ),
      ),
      ...restarted(returned, episode.atMs),
    ],
    ready: [
      ...once((pod) =>
        sighting(pod.seen.find((now) => now.ready)?.t, `pod ${pod.name} is Ready`, 'kubelet status'),
      ),
      ...again((pod, fromMs) => sighting(fromMs, `pod ${pod.name} is Ready again`, 'kubelet status')),
    ],
    'in rotation': [
      ...once((pod) => sighting(pod.rotations[0]?.fromMs, `the endpoint of ${pod.name} is ready`)),
      ...again((pod) => backInRotation(pod, episode.atMs)),
    ],
    'first request served': [
      ...once((pod) => sighting(pod.answers.firstMs[0], `first answer of ${pod.name}`, 'answer')),
      ...again((pod) => servedAgain(pod, backInRotation(pod, episode.atMs)?.atMs ?? Infinity)),
    ],
  };
}

function sighting(
  atMs: number | undefined,
  shownBy: string,
  source: StepSource = 'watch event',
): Sighting | null {
  return atMs === undefined || !Number.isFinite(atMs) ? null : { atMs, shownBy, source };
}

function nodesDetected(record: RunRecord, { inject, atMs }: Episode): (Sighting | null)[] {
  return (inject?.targets ?? []).map(({ name }) => {
    const now = record
      .of('k8s.node')
      .find(
        (node) =>
          node.name === name && node.t >= atMs && (node.ready !== 'True' || node.change === 'deleted'),
      );
    const state =
      now?.change === 'deleted' ? 'was deleted' : `is NotReady (its Ready condition is ${now?.ready})`;
    return sighting(now?.t, `node ${name} ${state}`);
  });
}

function podsDetected({ lost, atMs }: Episode): (Sighting | null)[] {
  return lost.map((pod) => {
    const before = pod.seen.findLast((now) => now.t < atMs);
    for (const now of pod.seen) {
      if (now.t < atMs) continue;
      if (now.change === 'deleted') return sighting(now.t, `pod ${pod.name} is gone`);
      if (now.terminating) return sighting(now.t, `pod ${pod.name} is terminating`);
      if (now.restarts > (before?.restarts ?? 0))
        return sighting(now.t, `pod ${pod.name}: its container was restarted`, 'kubelet status');
      if (before?.ready === true && !now.ready)
        return sighting(now.t, `pod ${pod.name} is not Ready`, 'kubelet status');
    }
    return null;
  });
}

/** The stay in rotation during which the fault struck. */
function rotationAt(pod: PodTrack, t: number): PodTrack['rotations'][number] | undefined {
  return pod.rotations.find(({ fromMs, toMs }) => fromMs <= t && (toMs === null || toMs >= t));
}

function leftRotation(pod: PodTrack, faultMs: number): Sighting | null {
  return sighting(
    rotationAt(pod, faultMs)?.toMs ?? undefined,
    `the endpoint of ${pod.name} is not ready or gone`,
  );
}

function backInRotation(pod: PodTrack, faultMs: number): Sighting | null {
  const stayed = rotationAt(pod, faultMs);
  // A pod that hung for less time than anybody noticed never left.
  if (stayed?.toMs === null) return sighting(faultMs, `the endpoint of ${pod.name} never left`);
  const back = pod.rotations.find(({ fromMs }) => fromMs > faultMs);
  return sighting(back?.fromMs, `the endpoint of ${pod.name} is ready again`);
}

function restarted(returned: readonly PodTrack[], faultMs: number): (Sighting | null)[] {
  return returned.flatMap((pod) => {
    const restarts = pod.seen.findLast((now) => now.t < faultMs)?.restarts ?? 0;
    const now = pod.seen.find((seen) => seen.t >= faultMs && seen.restarts > restarts && seen.started);
    return now ? [sighting(now.t, `pod ${pod.name}: its container runs again`, 'kubelet status')] : [];
  });
}

function servedAgain(pod: PodTrack, fromMs: number): Sighting | null {
  const answeredMs = pod.answers.firstMs.find((firstMs) => firstMs >= fromMs);
  return sighting(answeredMs, `first answer of ${pod.name} since it returned`, 'answer');
}
