/** The next step of a rolling update, and how a change of `spec.replicas` is shared out meanwhile. Pure. */
import type { ReplicaSet } from '../../../objects.ts';
import { byAge, sizeOf, totalAvailable, totalSize, type RollingLimits } from './limits.ts';

/** New sizes of ReplicaSets. */
export type Resizing = readonly { set: ReplicaSet; size: number }[];

/** The size that the newest ReplicaSet may have now. */
export function newSetSize(size: number, allSize: number, { replicas, maxSurge }: RollingLimits): number {
  if (size >= replicas) return replicas;
  const room = replicas + maxSurge - allSize;
  return room <= 0 ? size : size + Math.min(room, replicas - size);
}

/**
 * One step: the new ReplicaSet grows as far as the surge allows; when it cannot, old ones shrink: first those pods that
 * are not available anyway, then as many as may be missing.
 */
export function rollingStep(
  newSet: ReplicaSet,
  oldSets: readonly ReplicaSet[],
  limits: RollingLimits,
): Resizing {
  const size = newSetSize(sizeOf(newSet), totalSize([newSet, ...oldSets]), limits);
  if (size !== sizeOf(newSet)) return [{ set: newSet, size }];
  return shrinkOld(newSet, oldSets, limits);
}

function shrinkOld(newSet: ReplicaSet, oldSets: readonly ReplicaSet[], limits: RollingLimits): Resizing {
  const minAvailable = limits.replicas - limits.maxUnavailable;
  const newUnavailable = sizeOf(newSet) - (newSet.status?.availableReplicas ?? 0);
  const spare = totalSize([newSet, ...oldSets]) - minAvailable - newUnavailable;
  if (totalSize(oldSets) === 0 || spare <= 0) return [];
  const sizes = new Map(oldSets.map((set) => [set, sizeOf(set)]));
  const oldestFirst = [...oldSets].sort(byAge);

  let unhealthy = spare;
  for (const set of oldestFirst) {
    const size = sizeOf(set);
    const take = Math.min(unhealthy, Math.max(0, size - (set.status?.availableReplicas ?? 0)));
    sizes.set(set, size - take);
    unhealthy -= take;
  }
  let healthy = totalAvailable([newSet, ...oldSets]) - minAvailable;
  for (const set of oldestFirst) {
    const size = sizes.get(set) ?? 0;
    const take = Math.min(Math.max(0, healthy), size);
    sizes.set(set, size - take);
    healthy -= take;
  }
  return [...sizes].filter(([set, size]) => size !== sizeOf(set)).map(([set, size]) => ({ set, size }));
}

/**
 * Shares a change of `spec.replicas` out over the ReplicaSets that have pods, in proportion to their sizes, so that a
 * rolling update that is under way (or paused) keeps its proportions.
 *
 * @param maxBefore the number of pods (surge included) that a set's size was last computed for; undefined: not known.
 */
export function proportionalSizes(
  sets: readonly ReplicaSet[],
  { replicas, maxSurge }: RollingLimits,
  maxBefore: (set: ReplicaSet) => number | undefined,
): Resizing {
  const total = totalSize(sets);
  const allowed = replicas > 0 ? replicas + maxSurge : 0;
  const change = allowed - total;
  // Growth goes to the newest of the largest first, shrinking hits the oldest of the largest first.
  const ordered = [...sets].sort((a, b) => sizeOf(b) - sizeOf(a) || (change > 0 ? byAge(b, a) : byAge(a, b)));
  let given = 0;
  const sizes = ordered.map((set) => {
    const before = maxBefore(set) ?? total;
    const fair = replicas === 0 ? -sizeOf(set) : proportion(sizeOf(set), replicas + maxSurge, before);
    const left = change - given;
    const share = change > 0 ? Math.min(fair, left) : Math.max(fair, left);
    given += change === 0 ? 0 : share;
    return { set, size: sizeOf(set) + (change === 0 ? 0 : share) };
  });
  const [first] = sizes;
  if (first !== undefined) first.size = Math.max(0, first.size + change - given);
  return sizes;
}

function proportion(size: number, allowed: number, before: number): number {
  return before === 0 ? 0 : Math.round((size * allowed) / before) - size;
}
