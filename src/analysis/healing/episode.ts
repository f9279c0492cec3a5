import type { FaultFailed, FaultInject, FaultLanded, FaultUndone } from '../../journal/index.ts';
import type { FaultEffect } from '../findings.ts';
import type { PodTrack, Pods } from '../pods.ts';
import type { RunRecord } from '../record.ts';

/** What the fault does, by what it is aimed at. */
export function effectOf({ inject }: Episode): FaultEffect {
  if (inject?.targetKind === 'NewNode') return 'arrival';
  return inject?.targetKind === 'Component' ? 'absence' : 'loss';
}

/** One fault as the journal tells of it. */
export interface Episode {
  id: string;
  type: string;
  /** Just before it was injected: until then everything was as before, and what came after may be its doing. */
  atMs: number;
  /** The instant of the fault, from which durations count: the first pod was seen to end or, where that is not seen, `atMs`. */
  struckMs: number;
  inject: FaultInject | null;
  landed: FaultLanded | null;
  failed: FaultFailed | null;
  undone: FaultUndone | null;
  /** Pods that were alive at the fault and were its target, or ran on its target. */
  lost: PodTrack[];
}

/** All faults in the order in which they were injected. */
export function episodesOf(record: RunRecord, pods: Pods): Episode[] {
  const episodes: Episode[] = [];
  const current = new Map<string, Episode>();
  for (const event of record.events) {
    if (event.type === 'fault.inject') {
      const episode = begin(event.id, event.fault, event.t);
      episode.inject = event;
      episode.lost = lostPods(event, pods);
    } else if (event.type === 'fault.landed') {
      const episode = current.get(event.id);
      if (!episode) continue;
      episode.landed ??= event;
      const ends = Object.values(event.ended ?? {});
      if (ends.length > 0) episode.struckMs = Math.max(episode.atMs, Math.min(...ends));
    } else if (event.type === 'fault.undone') {
      const episode = current.get(event.id);
      if (episode) episode.undone ??= event;
    } else if (event.type === 'fault.failed') {
      const episode = current.get(event.id) ?? begin(event.id, event.fault, event.t);
      episode.failed ??= event;
    }
  }
  return episodes;

  function begin(id: string, type: string, atMs: number): Episode {
    const episode: Episode = {
      id,
      type,
      atMs,
      struckMs: atMs,
      inject: null,
      landed: null,
      failed: null,
      undone: null,
      lost: [],
    };
    episodes.push(episode);
    current.set(id, episode);
    return episode;
  }
}

function lostPods({ t, targetKind, targets }: FaultInject, pods: Pods): PodTrack[] {
  if (targetKind === 'Component' || targetKind === 'NewNode') return [];
  if (targetKind === 'Pod') {
    const tracks = targets.map(({ uid, name }) => pods.byUid(uid) ?? pods.named(name, t));
    return [...new Set(tracks.filter((pod) => pod !== null))];
  }
  const nodes = new Set(targets.map(({ name }) => name));
  return pods.all.filter((pod) => {
    const then = pod.seen.findLast((now) => now.t <= t);
    if (!then || then.node === null || !nodes.has(then.node) || then.change === 'deleted') return false;
    return then.phase !== 'Succeeded' && then.phase !== 'Failed';
  });
}
