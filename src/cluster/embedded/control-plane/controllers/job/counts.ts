/** How far a Job has come, from its status and its pods. Pure. */
import type { Job, Pod } from '../../../objects.ts';
import { isReady, isTerminal } from '../machinery/pods.ts';
import { indexOf, parseIndexes } from './indexes.ts';

/** Pods keep it until they are counted, so that none is lost or counted twice. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';

/** A Job's progress. */
export interface Progress {
  /** Neither ended nor on their way out. */
  active: Pod[];
  /** On their way out, not yet ended. */
  terminating: Pod[];
  ready: number;
  succeeded: number;
  failed: number;
  /** Completed indexes of an Indexed Job. */
  indexes: Set<number>;
  /** Have ended and are in the counts, but still carry the finalizer. */
  counted: Pod[];
  /** UIDs that the status must remember until the finalizer is gone. */
  uncounted: { succeeded: string[]; failed: string[] };
}

export function progressOf({ spec, status }: Job, pods: readonly Pod[]): Progress {
  const remembered = {
    succeeded: new Set(status?.uncountedTerminatedPods?.succeeded),
    failed: new Set(status?.uncountedTerminatedPods?.failed),
  };
  const isIndexed = spec?.completionMode === 'Indexed';
  const indexes = parseIndexes(status?.completedIndexes, spec?.completions ?? 0);
  const progress: Progress = {
    active: [],
    terminating: [],
    ready: 0,
    succeeded: status?.succeeded ?? 0,
    failed: status?.failed ?? 0,
    indexes,
    counted: [],
    uncounted: { succeeded: [], failed: [] },
  };
  for (const pod of pods) {
    const uid = pod.metadata?.uid ?? '';
    const outcome = outcomeOf(pod, spec?.podReplacementPolicy === 'Failed');
    const isTracked = pod.metadata?.finalizers?.includes(trackingFinalizer) === true;
    if (!isTerminal(pod) && pod.metadata?.deletionTimestamp === undefined) {
      progress.active.push(pod);
      if (isReady(pod)) progress.ready += 1;
    } else if (!isTerminal(pod)) progress.terminating.push(pod);
    if (outcome === undefined || !isTracked) continue;
    if (!remembered[outcome].has(uid)) {
      if (outcome === 'failed') progress.failed += 1;
      else if (!isIndexed) progress.succeeded += 1;
    }
    const index = indexOf(pod);
    if (outcome === 'succeeded' && isIndexed && index !== undefined && index < (spec?.completions ?? 0))
      indexes.add(index);
    progress.counted.push(pod);
    progress.uncounted[outcome].push(uid);
  }
  if (isIndexed) progress.succeeded = indexes.size;
  return progress;
}

/** A pod that is deleted before it has ended counts as failed, unless its end is to be waited for. */
function outcomeOf({ metadata, status }: Pod, waitsForEnd: boolean): 'succeeded' | 'failed' | undefined {
  if (status?.phase === 'Succeeded') return 'succeeded';
  if (status?.phase === 'Failed') return 'failed';
  return metadata?.deletionTimestamp !== undefined && !waitsForEnd ? 'failed' : undefined;
}

/** The merge patch that makes the status remember exactly these pods. */
export function uncountedPatch(
  { status }: Job,
  uncounted: Progress['uncounted'],
): { succeeded?: string[]; failed?: string[] } {
  const patch: Record<string, string[] | null> = {};
  for (const outcome of ['succeeded', 'failed'] as const) {
    if (uncounted[outcome].length > 0) patch[outcome] = uncounted[outcome];
    else if (status?.uncountedTerminatedPods?.[outcome] !== undefined) patch[outcome] = null;
  }
  return patch;
}
