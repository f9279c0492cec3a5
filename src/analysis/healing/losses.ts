import type { Outcome } from '../../journal/index.ts';
import { weightsOf } from '../weights.ts';
import type { Episode } from './episode.ts';
import type { Second } from '../record.ts';

/** A request that was not served well: lost, or answered later than the good-response limit. */
export interface BadRequest {
  scheduledMs: number;
  endedMs: number;
  outcome: Outcome;
  pod: string | null;
  /** How many requests it stands for: above 1 where the journal lists only some of a second's failures. */
  weight: number;
  /** It was sent on a connection that had been used before; undefined where the journal does not tell. */
  reused?: boolean | undefined;
}

/** Ms without a bad request that make the service good again. */
export const goodWindowMs = 1000;

/** What a fault may be blamed for. */
export interface Blame {
  episode: Episode;
  /** Its lost pods by name, and until when what they spoil is put down to it; Infinity for those that never returned. */
  lostUntil: ReadonlyMap<string, number>;
  /** Its effects on the cluster are over: lost pods out of rotation, replacements in; Infinity when that did not happen. */
  healedMs: number;
}

/** What a fault is blamed for. */
export interface Losses {
  lost: number;
  lostByOutcome: Partial<Record<Outcome, number>>;
  lostByPod: { pod: string | null; count: number }[];
  lostEvidence: { byPod: number; byTime: number };
  /** The requests behind the figures and the slow ones besides, by the instant they were due. */
  bad: BadRequest[];
}

/** The bad requests that the journal lists, by the instant they were due. */
function badRequestsOf(seconds: readonly Second[]): BadRequest[] {
  const bad: BadRequest[] = [];
  const tells = seconds.some(({ pods }) => [...pods].some(([, { reused }]) => reused !== undefined));
  for (const { failures, slow, outcomes } of seconds) {
    const weights = weightsOf({ failures, outcomes });
    for (const { scheduledT, endedT, outcome, pod, reused } of failures) {
      const weight = weights.get(outcome) ?? 1;
      bad.push({
        scheduledMs: scheduledT,
        endedMs: endedT,
        outcome,
        pod,
        weight,
        reused: tells ? (reused ?? false) : undefined,
      });
    }
    for (const { scheduledT, endedT, pod } of slow) {
      bad.push({ scheduledMs: scheduledT, endedMs: endedT, outcome: 'ok', pod, weight: 1 });
    }
  }
  return bad.sort((a, b) => a.scheduledMs - b.scheduledMs);
}

/**
 * Puts each bad request down to at most one fault: by pod, when the pod that failed was lost to it; else by time, when
 * it was due between the fault and a good window after its effects were over. Of several the latest fault counts.
 */
export function lossesOf(blames: readonly Blame[], seconds: readonly Second[]): Losses[] {
  const bad = badRequestsOf(seconds);
  const judges = blames.map((blame) => new Judge(blame, bad));
  const latestFirst = [...judges].reverse();
  for (const request of bad) {
    const byPod = latestFirst.find((one) => one.byPod(request));
    const judge = byPod ?? latestFirst.find((one) => one.byTime(request));
    judge?.convict(request, byPod === undefined ? 'byTime' : 'byPod');
  }
  return judges.map((judge) => sumUp(judge.convicted, judge.byPodWeight));
}

/** Weights are rounded once per outcome, so that thinned lists add up to whole requests. */
function sumUp(bad: BadRequest[], byPodWeight: number): Losses {
  const weights = new Map<Outcome, number>();
  for (const { outcome, weight } of bad) {
    if (outcome !== 'ok') weights.set(outcome, (weights.get(outcome) ?? 0) + weight);
  }
  const counts = [...weights].map(([outcome, weight]): [Outcome, number] => [outcome, Math.round(weight)]);
  const lost = counts.reduce((sum, [, count]) => sum + count, 0);
  const byPod = Math.min(lost, Math.round(byPodWeight));
  return {
    lost,
    lostByOutcome: Object.fromEntries(counts),
    lostByPod: countByPod(bad),
    lostEvidence: { byPod, byTime: lost - byPod },
    bad,
  };
}

function countByPod(bad: readonly BadRequest[]): Losses['lostByPod'] {
  const weights = new Map<string | null, number>();
  for (const { pod, outcome, weight } of bad) {
    if (outcome !== 'ok') weights.set(pod, (weights.get(pod) ?? 0) + weight);
  }
  return [...weights]
    .map(([pod, weight]) => ({ pod, count: Math.round(weight) }))
    .sort((a, b) => b.count - a.count);
}

class Judge {
  readonly convicted: BadRequest[] = [];
  /** Of the convicted that did not end ok, the weight of those whose pod was lost. */
  byPodWeight = 0;
  readonly #blame: Blame;
  /** The service was bad before the fault, so that bad requests of living pods are no evidence against it. */
  readonly #badBefore: boolean;
  #untilMs: number;

  constructor(blame: Blame, bad: readonly BadRequest[]) {
    this.#blame = blame;
    const { atMs } = blame.episode;
    this.#badBefore = bad.some(
      ({ scheduledMs, endedMs }) =>
        scheduledMs >= atMs - goodWindowMs && scheduledMs < atMs && endedMs < atMs,
    );
    this.#untilMs = blame.healedMs + goodWindowMs;
  }

  byPod({ pod, scheduledMs, endedMs }: BadRequest): boolean {
    const untilMs = pod === null ? undefined : this.#blame.lostUntil.get(pod);
    if (untilMs === undefined || endedMs < this.#blame.episode.atMs) return false;
    return scheduledMs <= Math.max(untilMs, this.#untilMs);
  }

  byTime({ pod, outcome, scheduledMs, endedMs }: BadRequest): boolean {
    const { atMs, inject } = this.#blame.episode;
    const isPodFault = inject?.targetKind === 'Pod';
    if (endedMs < atMs || scheduledMs > this.#untilMs) return false;
    const unanswered = pod === null && outcome !== 'ok' && outcome !== 'dropped';
    // Where requests timed out already, the end of one pod does not explain those that were waiting.
    if (this.#badBefore && isPodFault && outcome === 'timeout' && scheduledMs < atMs) return false;
    // What was under way when the fault struck is its doing only where nobody answered.
    if (scheduledMs < atMs || this.#badBefore) return unanswered;
    return true;
  }

  /** A backlog outlives its cause: as long as no good window has passed, the trouble is the same. */
  convict(request: BadRequest, evidence: 'byPod' | 'byTime'): void {
    this.convicted.push(request);
    if (evidence === 'byPod' && request.outcome !== 'ok') this.byPodWeight += request.weight;
    const { scheduledMs } = request;
    if (!this.#badBefore) this.#untilMs = Math.max(this.#untilMs, scheduledMs + goodWindowMs);
  }
}
