import { targetInWords } from '../../journal/index.ts';
import type { FaultFinding } from '../findings.ts';
import type { PodTrack, Pods } from '../pods.ts';
import type { RunRecord, Second } from '../record.ts';
import { effectOf, episodesOf, type Episode } from './episode.ts';
import { explain } from './explain.ts';
import { goodWindowMs, lossesOf, type Blame, type Losses } from './losses.ts';
import { misroutedOf } from './misrouted.ts';
import { outageOf } from './outage.ts';
import { fatesOf, returnedMs, type Fate } from './replacements.ts';
import { healingOf, type Healing } from './waterfall.ts';

/** What each fault did, to the cluster and to the client, in the order in which they were injected. */
export function faultFindings(record: RunRecord, pods: Pods, seconds: readonly Second[]): FaultFinding[] {
  const episodes = episodesOf(record, pods);
  const fates = fatesOf(record, pods, episodes);
  const cases = episodes.map((episode) => {
    const ofEpisode = fates.get(episode) ?? [];
    const healing = healingOf(record, episode, ofEpisode);
    return { episode, fates: ofEpisode, healing, blame: blameOf(episode, ofEpisode, healing) };
  });
  // What did not land did nothing, and what joins takes nothing.
  const landed = cases.filter(({ episode }) => episode.landed !== null && effectOf(episode) !== 'arrival');
  const losses = lossesOf(
    landed.map(({ blame }) => blame),
    seconds,
  );
  return cases.map((one) => {
    const ofCase = losses[landed.indexOf(one)];
    return ofCase ? healed(record, one, { losses: ofCase, seconds }) : withoutLoss(one.episode);
  });
}

interface Case {
  episode: Episode;
  fates: readonly Fate[];
  healing: Healing;
  blame: Blame;
}

function blameOf(episode: Episode, fates: readonly Fate[], healing: Healing): Blame {
  if (effectOf(episode) === 'absence')
    return { episode, lostUntil: new Map(), healedMs: episode.undone?.t ?? Infinity };
  const lostUntil = new Map(
    fates.map(({ lost, kind }): [string, number] => {
      const returned = kind === 'returned' ? returnedMs(lost, episode.atMs) : null;
      return [lost.name, returned === null ? Infinity : returned + goodWindowMs];
    }),
  );
  const ends = [
    ...(episode.lost.some((pod) => inRotationAt(pod, episode.atMs)) ? [healing.outOfRotationMs] : []),
    ...(fates.some(({ kind }) => kind !== 'not needed') ? [healing.inRotationMs] : []),
  ];
  const unhealed = ends.includes(null);
  const detected = healing.reactionAtMs ?? episode.atMs;
  const healedMs = unhealed ? Infinity : Math.max(detected, ...ends.filter((end) => end !== null));
  return { episode, lostUntil, healedMs };
}

function inRotationAt(pod: PodTrack, t: number): boolean {
  return pod.rotations.some(({ fromMs, toMs }) => fromMs <= t && (toMs === null || toMs >= t));
}

function healed(
  record: RunRecord,
  { episode, fates, healing, blame }: Case,
  { losses, seconds }: { losses: Losses; seconds: readonly Second[] },
): FaultFinding {
  const { outageMs, problem } = outageOf(blame, losses.bad, {
    seconds,
    outOfRotationMs: healing.outOfRotationMs,
  });
  const { reactionAtMs, repairedAtMs } = healing;
  const since = (atMs: number | null): number | null =>
    atMs === null || reactionAtMs === null ? null : Math.max(0, atMs - reactionAtMs);
  return {
    ...describe(episode),
    problem,
    reactionMs: reactionAtMs === null ? null : Math.max(0, reactionAtMs - episode.struckMs),
    repairMs: since(repairedAtMs),
    recoveryMs: since(outageMs === null ? null : episode.struckMs + outageMs),
    outageMs,
    misrouted: misroutedOf(blame, losses.bad, healing.outOfRotationMs),
    lost: losses.lost,
    lostByOutcome: losses.lostByOutcome,
    lostByPod: losses.lostByPod,
    lostEvidence: losses.lostEvidence,
    waterfall: healing.waterfall,
    explanation:
      effectOf(episode) === 'loss'
        ? explain(record, episode, { waterfall: healing.waterfall, outageMs })
        : null,
    replacementPods: fates.flatMap(({ replacement }) => replacement?.name ?? []),
  };
}

function withoutLoss(episode: Episode): FaultFinding {
  const { failed, landed } = episode;
  return {
    ...describe(episode),
    problem: landed ? null : (failed?.reason ?? 'The run ended before the fault was seen to land.'),
    reactionMs: null,
    repairMs: null,
    recoveryMs: null,
    outageMs: landed ? 0 : null,
    lost: 0,
    lostByOutcome: {},
    lostByPod: [],
    lostEvidence: { byPod: 0, byTime: 0 },
    waterfall: [],
    explanation: null,
    misrouted: null,
    replacementPods: [],
  };
}

function describe(
  episode: Episode,
): Pick<
  FaultFinding,
  'id' | 'type' | 'effect' | 'target' | 'injectedMs' | 'landedMs' | 'undoneMs' | 'proof' | 'lostPods'
> {
  const { id, type, struckMs, inject, landed, undone, lost } = episode;
  return {
    id,
    type,
    effect: effectOf(episode),
    target: targetInWords(inject),
    injectedMs: struckMs,
    landedMs: landed?.t ?? null,
    undoneMs: undone?.t ?? null,
    proof: landed?.proof ?? null,
    lostPods: lost.map(({ name }) => name),
  };
}
