import { resources } from '../../api.ts';
import type { Pod } from '../../objects.ts';
import { orGone, runController, type ControllerContext, type Running } from './machinery/controller.ts';
import { withDisruptionTarget } from './machinery/disruption-target.ts';
import { isTerminal } from './machinery/pods.ts';

/** How long (nominal) a node must be gone before its pods are taken for gone. */
const quarantineMs = 40_000;
/** So many ended pods are kept for people to look at. */
const keptEnded = 12_500;
/** Key of the queue for ended pods; no node can be called that. */
const ended = '(ended pods)';

/** Removes pods that nobody will ever end: those of nodes that no longer exist, and ended ones beyond a number. */
export function startPodGarbageCollector(context: ControllerContext): Running {
  const { api, clock, timings } = context;
  const options = { name: 'pod-garbage-collector', component: 'pod-garbage-collector' };
  return runController(context, options, ({ follow, queue }) => {
    const nodes = follow(resources.nodes, { deleted: ({ metadata }) => quarantine(metadata?.name ?? '') });
    const pods = follow(resources.pods, {
      added: consider,
      modified(previous, pod) {
        if (previous.spec?.nodeName !== pod.spec?.nodeName || (isTerminal(pod) && !isTerminal(previous)))
          consider(pod);
      },
    });
    return async (key) => (key === ended ? trim() : collect(key));

    function consider(pod: Pod): void {
      if (isTerminal(pod)) queue.add(ended);
      const name = pod.spec?.nodeName;
      if (name !== undefined && nodes.get(undefined, name) === undefined) quarantine(name);
    }

    function quarantine(name: string): void {
      queue.addAfter(name, quarantineMs / timings.speedup);
    }

    async function collect(name: string): Promise<void> {
      if (nodes.get(undefined, name) !== undefined) return;
      // The cache may be behind; pods of a node that exists must not be touched.
      if ((await orGone(api.get(resources.nodes, { name }))) !== undefined) return;
      for (const pod of pods.list()) {
        if (pod.spec?.nodeName !== name) continue;
        const because = { reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' };
        const conditions = withDisruptionTarget(pod, because, clock.wall());
        const status = isTerminal(pod) ? { conditions } : { phase: 'Failed', conditions };
        await orGone(api.patch(resources.pods, refTo(pod), { status }, 'status'));
        await orGone(api.delete(resources.pods, refTo(pod), { gracePeriodSeconds: 0 }));
      }
    }

    async function trim(): Promise<void> {
      const over = pods.list().filter(isTerminal);
      const createdAt = ({ metadata }: Pod): string => metadata?.creationTimestamp ?? '';
      over.sort((a, b) => (createdAt(a) < createdAt(b) ? -1 : 1));
      for (const pod of over.slice(0, Math.max(0, over.length - keptEnded))) {
        await orGone(api.delete(resources.pods, refTo(pod), { gracePeriodSeconds: 0 }));
      }
    }
  });
}

function refTo({ metadata }: Pod): { namespace: string | undefined; name: string } {
  return { namespace: metadata?.namespace, name: metadata?.name ?? '' };
}
