import { messageOf } from '../../../../../support/index.ts';
import { resources } from '../../../api.ts';
import type { Job, Pod } from '../../../objects.ts';
import { orGone, runController, type ControllerContext, type Running } from '../machinery/controller.ts';
import { OwnWrites } from '../machinery/own-writes.ts';
import { controllerOf, keyOf, refOf } from '../machinery/owners.ts';
import { claim } from '../machinery/ownership.ts';
import { slowStart } from '../machinery/slow-start.ts';
import { writeStatus } from '../machinery/status.ts';
import { parseTimestamp, timestamp } from '../machinery/timestamps.ts';
import { isFinished, withSuspension, withVerdict } from './conditions.ts';
import { progressOf, trackingFinalizer, uncountedPatch, type Progress } from './counts.ts';
import { indexOf, printIndexes } from './indexes.ts';
import { podOf } from './pod.ts';
import { deadlineLeftMs, verdictOf, wantedPods } from './verdict.ts';

/** After a failure the next pod waits this long (nominal), twice as long after each further one … */
const firstBackOffMs = 10_000;
/** … up to this. */
const lastBackOffMs = 600_000;

/** Begins the queue's keys of pods without a Job. */
const orphan = '(orphan) ';

/** Runs each Job's pods until enough have succeeded or too many have failed. */
export function startJobController(context: ControllerContext): Running {
  const { api, clock, timings } = context;
  const options = { name: 'job', component: 'job-controller' };
  return runController(context, options, ({ follow, queue, events }) => {
    const failures = new Map<string, { count: number; lastMs: number }>();
    const jobs = follow(resources.jobs, {
      added: (job) => queue.add(keyOf(job)),
      modified: (_, job) => queue.add(keyOf(job)),
      deleted(job) {
        failures.delete(job.metadata?.uid ?? '');
        queue.add(keyOf(job));
      },
    });
    const pods = follow(resources.pods, {
      added: wake,
      modified: (_, pod) => wake(pod),
      deleted: wake,
    });
    const ownWrites = new OwnWrites(pods, clock);
    return sync;

    function wake(pod: Pod): void {
      const controller = controllerOf(pod);
      if (controller?.kind === 'Job') queue.add(`${pod.metadata?.namespace}/${controller.name}`);
      if (controller === undefined && pod.metadata?.finalizers?.includes(trackingFinalizer))
        queue.add(`${orphan}${keyOf(pod)}`);
    }

    async function sync(key: string): Promise<void> {
      if (key.startsWith(orphan)) return releaseOrphan(key.slice(orphan.length));
      const { namespace, name } = refOf(key);
      const job = jobs.get(namespace, name);
      if (job === undefined) return releaseAll(namespace, name);
      if (!ownWrites.areSeen(key)) return;
      const owner = { owner: job, ownerType: resources.jobs, selector: job.spec?.selector };
      const mine = await claim(api, resources.pods, pods.list(), owner);
      if (isFinished(job)) return afterTheEnd(key, job, mine);
      const progress = progressOf(job, mine);
      const backOffMs = noteFailures(job, progress);
      const wallMs = clock.wall();
      const verdict = verdictOf(job, progress, { wallMs, speedup: timings.speedup });
      const isDeleted = job.metadata?.deletionTimestamp !== undefined;
      if (verdict !== undefined) await deletePods(key, job, progress.active);
      else if (!isDeleted) await manage(key, job, progress, backOffMs);
      const allGone = progress.active.length + progress.terminating.length === 0;
      const now = timestamp(wallMs, timings.speedup);
      const suspended = withSuspension(job.status?.conditions ?? [], job.spec?.suspend === true, now);
      const conditions =
        verdict === undefined ? suspended : withVerdict(suspended, verdict, { allGone, now });
      const written = await writeStatus(
        api,
        resources.jobs,
        job,
        statusOf(job, progress, { conditions: [...conditions], now }),
        ['uncountedTerminatedPods', 'ready', 'terminating'],
      );
      if (written === undefined) return;
      tell(job, written);
      await Promise.all(progress.counted.map(release));
      const leftMs = deadlineLeftMs(written, wallMs, timings.speedup);
      if (verdict === undefined && leftMs !== undefined) queue.addAfter(key, Math.max(leftMs, 1));
    }

    function statusOf(
      job: Job,
      progress: Progress,
      { conditions, now }: { conditions: NonNullable<NonNullable<Job['status']>['conditions']>; now: string },
    ): NonNullable<Job['status']> {
      const { active, terminating, ready, succeeded, failed, indexes, uncounted } = progress;
      const isComplete = conditions.some(({ type }) => type === 'Complete');
      const isSuspended = job.spec?.suspend === true;
      const startTime = job.status?.startTime ?? now;
      const isEnding = conditions.some(
        ({ type }) => type === 'SuccessCriteriaMet' || type === 'FailureTarget',
      );
      return {
        // Pods that were made or deleted just now are counted when they are seen.
        active: isEnding || isSuspended ? 0 : active.length,
        terminating: terminating.length + (isEnding || isSuspended ? active.length : 0),
        ready: isEnding || isSuspended ? 0 : ready,
        succeeded,
        failed,
        startTime: (isSuspended ? undefined : startTime) as string,
        ...(job.spec?.completionMode === 'Indexed' && { completedIndexes: printIndexes(indexes) }),
        ...(isComplete && { completionTime: job.status?.completionTime ?? now }),
        uncountedTerminatedPods: uncountedPatch(job, uncounted),
        conditions,
      };
    }

    async function manage(key: string, job: Job, progress: Progress, backOffMs: number): Promise<void> {
      const wanted = wantedPods(job, progress);
      const { active, terminating } = progress;
      const surplus = active.length - wanted;
      if (surplus > 0) return deletePods(key, job, active.slice(-surplus));
      const waitsForEnd = job.spec?.podReplacementPolicy === 'Failed';
      const missing = -surplus - (waitsForEnd ? terminating.length : 0);
      if (missing <= 0) return;
      if (backOffMs > 0) {
        queue.addAfter(key, backOffMs);
        return;
      }
      const free = freeIndexes(job, progress);
      const { error } = await slowStart(missing, async () => {
        const index = job.spec?.completionMode === 'Indexed' ? free.shift() : undefined;
        const made = await api.create(resources.pods, podOf(job, index));
        ownWrites.wrote(key, made);
        events.normal(job, 'SuccessfulCreate', `Created pod: ${made.metadata?.name}`);
      });
      if (error !== undefined) {
        events.warning(job, 'FailedCreate', `Error creating: ${messageOf(error)}`);
        throw error as Error;
      }
    }

    /** Indexes that nobody has completed or works on, lowest first. */
    function freeIndexes({ spec }: Job, { active, indexes }: Progress): number[] {
      const taken = new Set([...indexes, ...active.map(indexOf)]);
      return Array.from({ length: spec?.completions ?? 0 }, (_, index) => index).filter(
        (index) => !taken.has(index),
      );
    }

    async function deletePods(key: string, job: Job, doomed: readonly Pod[]): Promise<void> {
      await Promise.all(
        doomed.map(async (pod) => {
          const { namespace, name = '' } = pod.metadata ?? {};
          ownWrites.deleted(key, pod);
          // A pod that no node has is gone at once; it has been counted as much as it ever will be.
          await release(pod);
          await orGone(api.delete(resources.pods, { namespace, name }));
          events.normal(job, 'SuccessfulDelete', `Deleted pod: ${name}`);
        }),
      );
    }

    /** How long the next pod has to wait because of failures since the last success. */
    function noteFailures(job: Job, { counted, failed, succeeded }: Progress): number {
      const uid = job.metadata?.uid ?? '';
      const newFailures = failed - (job.status?.failed ?? 0);
      if (succeeded > (job.status?.succeeded ?? 0)) failures.delete(uid);
      if (newFailures > 0 && counted.length > 0) {
        const count = (failures.get(uid)?.count ?? 0) + newFailures;
        failures.set(uid, { count, lastMs: clock.now() });
      }
      const record = failures.get(uid);
      if (record === undefined) return 0;
      const delayMs = Math.min(firstBackOffMs * 2 ** (record.count - 1), lastBackOffMs) / timings.speedup;
      return Math.max(0, record.lastMs + delayMs - clock.now());
    }

    /** Nobody counts a pod that no Job owns any more. */
    async function releaseOrphan(key: string): Promise<void> {
      const { namespace, name } = refOf(key);
      const pod = pods.get(namespace, name);
      if (pod !== undefined && controllerOf(pod) === undefined) await release(pod);
    }

    /** The pods of a Job that is gone. */
    async function releaseAll(namespace: string, name: string): Promise<void> {
      const left = pods.list().filter((pod) => {
        const controller = controllerOf(pod);
        const isOfJob = controller?.kind === 'Job' && controller.name === name;
        return isOfJob && pod.metadata?.namespace === namespace;
      });
      await Promise.all(left.map(release));
    }

    /** A pod that has been counted may go. */
    async function release({ metadata }: Pod): Promise<void> {
      const { namespace, name = '', uid, finalizers = [] } = metadata ?? {};
      if (!finalizers.includes(trackingFinalizer)) return;
      const left = finalizers.filter((finalizer) => finalizer !== trackingFinalizer);
      const patch = { metadata: { uid, finalizers: left.length > 0 ? left : null } };
      await orGone(api.patch(resources.pods, { namespace, name }, patch));
    }

    function tell(before: Job, after: Job): void {
      const has = (job: Job, type: string, status = 'True'): boolean =>
        (job.status?.conditions ?? []).some((it) => it.type === type && it.status === status);
      if (has(after, 'Complete') && !has(before, 'Complete'))
        events.normal(before, 'Completed', 'Job completed');
      const failed = after.status?.conditions?.find(({ type }) => type === 'Failed');
      if (failed !== undefined && !has(before, 'Failed'))
        events.warning(before, failed.reason ?? '', failed.message ?? '');
      if (has(after, 'Suspended') && !has(before, 'Suspended'))
        events.normal(before, 'Suspended', 'Job suspended');
      if (has(after, 'Suspended', 'False') && has(before, 'Suspended'))
        events.normal(before, 'Resumed', 'Job resumed');
    }

    /** A finished Job lets its pods go, and goes itself when its time to live is over. */
    async function afterTheEnd(key: string, job: Job, mine: readonly Pod[]): Promise<void> {
      await Promise.all(mine.map(release));
      const { namespace, name = '' } = job.metadata ?? {};
      const uncountedTerminatedPods = uncountedPatch(job, { succeeded: [], failed: [] });
      if (Object.keys(uncountedTerminatedPods).length > 0) {
        const status = { uncountedTerminatedPods };
        await orGone(api.patch(resources.jobs, { namespace, name }, { status }, 'status'));
      }
      const ttl = job.spec?.ttlSecondsAfterFinished;
      if (ttl === undefined || job.metadata?.deletionTimestamp !== undefined) return;
      const end = job.status?.conditions?.find(({ type }) => type === 'Complete' || type === 'Failed');
      const endedMs = parseTimestamp(end?.lastTransitionTime) ?? clock.wall();
      const leftMs = endedMs + (ttl * 1000) / timings.speedup - clock.wall();
      if (leftMs > 0) return queue.addAfter(key, leftMs);
      await orGone(api.delete(resources.jobs, { namespace, name }, { propagationPolicy: 'Foreground' }));
    }
  });
}
