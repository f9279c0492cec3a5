import type { DeploymentObserved, PodObserved } from '../../journal/index.ts';
import type { PodTrack, Pods } from '../pods.ts';
import type { RunRecord } from '../record.ts';
import type { Episode } from './episode.ts';

/** What became of a lost pod. */
export interface Fate {
  lost: PodTrack;
  /**
   * `replaced`: another pod was made for it. `returned`: it became Ready again itself. `owed`: neither happened while
   * the journal lasts. `not needed`: the Deployment was told to have fewer pods.
   */
  kind: 'replaced' | 'returned' | 'owed' | 'not needed';
  replacement: PodTrack | null;
}

/** A pod that a ReplicaSet has to make: for a lost one, or because more were asked for. */
type Debt = { fate: Fate; episode: Episode } | 'asked for';

/**
 * A pod may be seen created before the watch of Deployments shows why; so long a creation waits for its cause, ms.
 */
const causeSlackMs = 1000;

/**
 * Which pod replaces which lost one. Kubernetes does not say, so it is told by order: a lost pod that is terminating, failed
 * or gone leaves a debt, a raised replica count leaves as many, and pods created afterwards settle debts oldest first. A lowered
 * count cancels debts before it costs pods. Wrong only where several causes fall within milliseconds of each other: then
 * the replacements of one fault may be exchanged for pods made at the same instants for another reason.
 */
export function fatesOf(record: RunRecord, pods: Pods, episodes: readonly Episode[]): Map<Episode, Fate[]> {
  const fates = new Map(
    episodes.map((episode) => [
      episode,
      episode.lost.map((lost): Fate => {
        const before = lost.seen.findLast((now) => now.t < episode.atMs);
        const kind = before && isLeaving(before) ? 'not needed' : 'owed';
        return { lost, kind, replacement: null };
      }),
    ]),
  );
  if (episodes.length > 0) settle(record, pods, fates);
  for (const [episode, ofEpisode] of fates) {
    for (const fate of ofEpisode)
      if (fate.kind === 'owed' && returnedMs(fate.lost, episode.atMs) !== null) fate.kind = 'returned';
  }
  return fates;
}

function settle(record: RunRecord, pods: Pods, fates: Map<Episode, Fate[]>): void {
  const ledger = new Ledger();
  const first = Math.min(...[...fates.keys()].map((episode) => episode.atMs));
  const leaving = new Set<PodTrack>();
  const known = new Set<PodTrack>();
  let asked: number | null = null;
  for (const event of record.events) {
    if (event.type === 'k8s.deployment') {
      if (asked !== null && event.t >= first) ledger.ask(event, event.specReplicas - asked);
      else if (event.t < first)
        ledger.expect(event.specReplicas - [...known].filter((pod) => !leaving.has(pod)).length);
      asked = event.specReplicas;
    } else if (event.type === 'k8s.pod') {
      const pod = pods.byUid(event.uid);
      if (!pod) continue;
      if (!known.has(pod)) {
        known.add(pod);
        ledger.created(pod, event.t, event.t >= first);
      }
      if (!isLeaving(event) || leaving.has(pod)) continue;
      leaving.add(pod);
      const [episode, fate] = lossOf(pod, event.t, fates);
      if (episode && fate) ledger.left({ episode, fate }, event.t);
      else ledger.leftOtherwise();
    }
  }
}

/** The ReplicaSet does not count this pod any more. */
function isLeaving({ change, terminating, phase }: PodObserved): boolean {
  return change === 'deleted' || terminating || phase === 'Failed' || phase === 'Succeeded';
}

/** The latest fault before `t` that took this pod. */
function lossOf(pod: PodTrack, t: number, fates: Map<Episode, Fate[]>): [Episode | null, Fate | null] {
  for (const [episode, ofEpisode] of [...fates].reverse()) {
    if (episode.atMs > t) continue;
    const fate = ofEpisode.find(({ lost, kind }) => lost === pod && kind === 'owed');
    if (fate) return [episode, fate];
  }
  return [null, null];
}

class Ledger {
  #debts: Debt[] = [];
  /** Pods whose cause was not seen yet. */
  #unexplained: { pod: PodTrack; t: number }[] = [];
  /** Pods that still have to go because fewer were asked for. */
  #surplus = 0;

  /** Before the first fault: how many pods are still to be made, or to go. */
  expect(missing: number): void {
    this.#debts = Array.from({ length: clamp(missing) }, () => 'asked for');
    this.#surplus = clamp(-missing);
  }

  ask({ t }: DeploymentObserved, change: number): void {
    for (let n = 0; n < clamp(change); n++) this.#owe('asked for', t);
    for (let n = 0; n < clamp(-change); n++) {
      const cancelled = this.#cancel();
      if (!cancelled) this.#surplus += 1;
    }
  }

  created(pod: PodTrack, t: number, sinceFault: boolean): void {
    const debt = this.#debts.findIndex((owed) => owed === 'asked for' || owed.fate.lost.owner === pod.owner);
    if (debt !== -1) this.#pay(this.#debts.splice(debt, 1)[0], pod);
    else if (sinceFault) this.#unexplained.push({ pod, t });
  }

  left(debt: Exclude<Debt, 'asked for'>, t: number): void {
    if (this.#surplus > 0) {
      this.#surplus -= 1;
      debt.fate.kind = 'not needed';
    } else this.#owe(debt, t);
  }

  leftOtherwise(): void {
    if (this.#surplus > 0) this.#surplus -= 1;
    else this.#debts.push('asked for');
  }

  #owe(debt: Debt, t: number): void {
    this.#unexplained = this.#unexplained.filter((waiting) => t - waiting.t <= causeSlackMs);
    const waiting = this.#unexplained.shift();
    if (waiting) this.#pay(debt, waiting.pod);
    else this.#debts.push(debt);
  }

  #pay(debt: Debt | undefined, pod: PodTrack): void {
    if (debt === undefined || debt === 'asked for') return;
    debt.fate.kind = 'replaced';
    debt.fate.replacement = pod;
  }

  /** Takes back the youngest debt, those that were merely asked for first. */
  #cancel(): boolean {
    const asked = this.#debts.lastIndexOf('asked for');
    const index = asked === -1 ? this.#debts.length - 1 : asked;
    const [debt] = index === -1 ? [] : this.#debts.splice(index, 1);
    if (debt !== undefined && debt !== 'asked for') debt.fate.kind = 'not needed';
    return debt !== undefined;
  }
}

/** No cluster has more pods than this; a damaged journal may claim it. */
function clamp(count: number): number {
  return Math.max(0, Math.min(100_000, Math.floor(count)));
}

/** When a lost pod was Ready again after it had been seen in trouble, ms; null if it was not. */
export function returnedMs(pod: PodTrack, faultMs: number): number | null {
  const before = pod.seen.findLast((now) => now.t < faultMs);
  let troubled = false;
  for (const now of pod.seen) {
    if (now.t < faultMs) continue;
    if (now.change === 'deleted' || now.terminating) return null;
    if (troubled && now.ready) return now.t;
    if (!now.ready) troubled = true;
    if (now.restarts > (before?.restarts ?? 0) && now.ready) return now.t;
  }
  return null;
}
