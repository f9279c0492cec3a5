import { resources } from '../../api.ts';
import type { Pod } from '../../objects.ts';
import { orGone, runController, type ControllerContext, type Running } from './machinery/controller.ts';
import { keyOf, refOf } from './machinery/owners.ts';
import { withDisruptionTarget } from './machinery/disruption-target.ts';
import { tolerates, type Taint } from './machinery/taints.ts';

/** Evicts pods from nodes with taints of effect NoExecute: at once, or as late as they tolerate the taint. */
export function startTaintEvictionController(context: ControllerContext): Running {
  const { api, clock, timings } = context;
  const options = { name: 'taint-eviction', component: 'taint-eviction-controller' };
  return runController(context, options, ({ follow, queue, events }) => {
    /** When the clock of a pod that is to be evicted started, by key. */
    const startedAt = new Map<string, number>();
    const nodes = follow(resources.nodes, {
      added: ({ metadata }) => wakeNode(metadata?.name ?? ''),
      modified(previous, node) {
        const [before, after] = [evicting(previous.spec?.taints), evicting(node.spec?.taints)];
        if (JSON.stringify(before) !== JSON.stringify(after)) wakeNode(node.metadata?.name ?? '');
      },
    });
    const pods = follow(resources.pods, {
      added: (pod) => queue.add(keyOf(pod)),
      modified(previous, pod) {
        const concerns = ({ spec }: Pod): string => JSON.stringify([spec?.nodeName, spec?.tolerations]);
        if (concerns(previous) !== concerns(pod)) queue.add(keyOf(pod));
      },
      deleted: (pod) => startedAt.delete(keyOf(pod)),
    });
    return sync;

    function wakeNode(name: string): void {
      for (const pod of pods.list()) if (pod.spec?.nodeName === name) queue.add(keyOf(pod));
    }

    async function sync(key: string): Promise<void> {
      const { namespace, name } = refOf(key);
      const pod = pods.get(namespace, name);
      const nodeName = pod?.spec?.nodeName;
      if (pod === undefined || nodeName === undefined || pod.metadata?.deletionTimestamp !== undefined) {
        startedAt.delete(key);
        return;
      }
      const seconds = toleratedSeconds(pod, evicting(nodes.get(undefined, nodeName)?.spec?.taints));
      if (seconds === Number.POSITIVE_INFINITY) {
        if (startedAt.delete(key))
          events.normal(pod, 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`);
        return;
      }
      const since = startedAt.get(key) ?? clock.now();
      startedAt.set(key, since);
      const dueInMs = since + (seconds * 1000) / timings.speedup - clock.now();
      if (dueInMs > 0) return queue.addAfter(key, dueInMs);
      events.normal(pod, 'TaintManagerEviction', `Marking for deletion Pod ${key}`);
      const because = {
        reason: 'DeletionByTaintManager',
        message: 'Taint manager: deleting due to NoExecute taint',
      };
      const status = { conditions: withDisruptionTarget(pod, because, clock.wall()) };
      await orGone(api.patch(resources.pods, { namespace, name }, { status }, 'status'));
      await orGone(api.delete(resources.pods, { namespace, name }));
      startedAt.delete(key);
    }
  });
}

function evicting(taints: readonly Taint[] | undefined): Taint[] {
  return (taints ?? []).filter(({ effect }) => effect === 'NoExecute');
}

/** Nominal seconds that the pod may stay under these taints: 0 when it does not tolerate one, Infinity: for good. */
function toleratedSeconds(pod: Pod, taints: readonly Taint[]): number {
  const tolerations = pod.spec?.tolerations ?? [];
  const seconds = taints.map((taint) => {
    const used = tolerations.find((toleration) => tolerates(toleration, taint));
    return used === undefined ? 0 : Math.max(0, used.tolerationSeconds ?? Number.POSITIVE_INFINITY);
  });
  return Math.min(Number.POSITIVE_INFINITY, ...seconds);
}
