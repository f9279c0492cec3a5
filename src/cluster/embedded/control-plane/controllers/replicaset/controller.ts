import { messageOf } from '../../../../../support/index.ts';
import { resources } from '../../../api.ts';
import type { Pod, ReplicaSet } from '../../../objects.ts';
import { isNotFound, runController, type ControllerContext, type Running } from '../machinery/controller.ts';
import { OwnWrites } from '../machinery/own-writes.ts';
import { controllerOf, controllerReference, keyOf, refOf } from '../machinery/owners.ts';
import { claim } from '../machinery/ownership.ts';
import { isActive } from '../machinery/pods.ts';
import { slowStart } from '../machinery/slow-start.ts';
import { writeStatus } from '../machinery/status.ts';
import { selectsBySpec } from '../../../../../kubernetes/selector.ts';
import { replicaSetStatus, type Failure } from './status.ts';
import { inDeletionOrder } from './victims.ts';

/** At most this many pods are made or deleted before the count is taken again. */
const burst = 500;

/** Keeps as many pods of each ReplicaSet as it asks for. */
export function startReplicaSetController(context: ControllerContext): Running {
  const { api, clock, timings } = context;
  const options = { name: 'replicaset', component: 'replicaset-controller' };
  return runController(context, options, ({ follow, queue, events }) => {
    const sets = follow(resources.replicaSets, {
      added: (set) => queue.add(keyOf(set)),
      modified: (_, set) => queue.add(keyOf(set)),
      deleted: (set) => queue.add(keyOf(set)),
    });
    const pods = follow(resources.pods, {
      added: wake,
      modified(previous, pod) {
        if (controllerOf(previous)?.uid !== controllerOf(pod)?.uid) wake(previous);
        wake(pod);
      },
      deleted: wake,
    });
    const ownWrites = new OwnWrites(pods, clock);
    return sync;

    /** Adds the ReplicaSet that manages the pod, or those that might want to. */
    function wake(pod: Pod): void {
      const { namespace, labels } = pod.metadata ?? {};
      const controller = controllerOf(pod);
      if (controller !== undefined) {
        if (controller.kind === 'ReplicaSet') queue.add(`${namespace}/${controller.name}`);
        return;
      }
      for (const set of sets.list()) {
        const isNear = set.metadata?.namespace === namespace;
        if (isNear && selectsBySpec(set.spec?.selector, labels)) queue.add(keyOf(set));
      }
    }

    async function sync(key: string): Promise<void> {
      const { namespace, name } = refOf(key);
      const set = sets.get(namespace, name);
      // What was done for this key is not yet in the cache: its events bring the key back.
      if (set === undefined || !ownWrites.areSeen(key)) return;
      const owner = { owner: set, ownerType: resources.replicaSets, selector: set.spec?.selector };
      const mine = await claim(api, resources.pods, pods.list().filter(isActive), owner);
      const { error, failure } =
        set.metadata?.deletionTimestamp === undefined ? await manage(key, set, mine) : nothingFailed;
      const minReadyMs = ((set.spec?.minReadySeconds ?? 0) * 1000) / timings.speedup;
      const { status, nextAvailableInMs } = replicaSetStatus(set, mine, {
        nowMs: clock.wall(),
        minReadyMs,
        failure,
      });
      await writeStatus(api, resources.replicaSets, set, status, ['replicas']);
      if (nextAvailableInMs !== undefined) queue.addAfter(key, nextAvailableInMs);
      if (error !== undefined) throw error as Error;
    }

    async function manage(key: string, set: ReplicaSet, mine: readonly Pod[]): Promise<Outcome> {
      const missing = (set.spec?.replicas ?? 1) - mine.length;
      if (missing > 0) return grow(key, set, Math.min(missing, burst));
      if (missing < 0) return shrink(key, set, { mine, count: Math.min(-missing, burst) });
      return nothingFailed;
    }

    async function grow(key: string, set: ReplicaSet, count: number): Promise<Outcome> {
      const { error } = await slowStart(count, async () => {
        const made = await api.create(resources.pods, podOf(set));
        ownWrites.wrote(key, made);
        events.normal(set, 'SuccessfulCreate', `Created pod: ${made.metadata?.name}`);
      });
      if (error === undefined) return nothingFailed;
      events.warning(set, 'FailedCreate', `Error creating: ${messageOf(error)}`);
      return { error, failure: { reason: 'FailedCreate', message: messageOf(error) } };
    }

    async function shrink(
      key: string,
      set: ReplicaSet,
      { mine, count }: { mine: readonly Pod[]; count: number },
    ): Promise<Outcome> {
      const victims = inDeletionOrder(ranked(set, mine), clock.wall()).slice(0, count);
      const failures = await Promise.all(
        victims.map(async (pod) => {
          const { namespace, name = '' } = pod.metadata ?? {};
          try {
            ownWrites.deleted(key, pod);
            await api.delete(resources.pods, { namespace, name });
            events.normal(set, 'SuccessfulDelete', `Deleted pod: ${name}`);
          } catch (error) {
            if (isNotFound(error)) return undefined;
            ownWrites.failed(key, pod);
            events.warning(set, 'FailedDelete', `Error deleting: ${messageOf(error)}`);
            return error;
          }
          return undefined;
        }),
      );
      const error = failures.find((failure) => failure !== undefined);
      if (error === undefined) return nothingFailed;
      return { error, failure: { reason: 'FailedDelete', message: messageOf(error) } };
    }

    /** Pods with the number of active pods on their node that belong to the same Deployment (else: to the same set). */
    function ranked(set: ReplicaSet, mine: readonly Pod[]): { pod: Pod; rank: number }[] {
      const parent = controllerOf(set)?.uid;
      const related = new Set(
        parent === undefined
          ? [set.metadata?.uid]
          : sets
              .list()
              .flatMap((other) => (controllerOf(other)?.uid === parent ? [other.metadata?.uid] : [])),
      );
      const perNode = new Map<string, number>();
      for (const pod of pods.list()) {
        const nodeName = pod.spec?.nodeName ?? '';
        if (isActive(pod) && related.has(controllerOf(pod)?.uid)) {
          perNode.set(nodeName, (perNode.get(nodeName) ?? 0) + 1);
        }
      }
      return mine.map((pod) => ({ pod, rank: perNode.get(pod.spec?.nodeName ?? '') ?? 0 }));
    }
  });
}

interface Outcome {
  error: unknown;
  failure: Failure | undefined;
}

const nothingFailed: Outcome = { error: undefined, failure: undefined };

function podOf(set: ReplicaSet): Pod {
  const { metadata, spec } = set.spec?.template ?? {};
  return {
    metadata: {
      generateName: `${set.metadata?.name}-`,
      ...(set.metadata?.namespace && { namespace: set.metadata.namespace }),
      ...(metadata?.labels && { labels: metadata.labels }),
      ...(metadata?.annotations && { annotations: metadata.annotations }),
      ...(metadata?.finalizers && { finalizers: metadata.finalizers }),
      ownerReferences: [controllerReference(set, resources.replicaSets)],
    },
    ...(spec && { spec }),
  };
}
