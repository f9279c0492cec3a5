import { resources, type ResourceType } from '../../../api.ts';
import type { KubeObject, Namespace } from '../../../objects.ts';
import { orGone, runController, type ControllerContext, type Running } from '../machinery/controller.ts';
import { writeStatus } from '../machinery/status.ts';
import { timestamp } from '../machinery/timestamps.ts';
import { deletionConditions, type Remaining } from './conditions.ts';

/** Samples have no life of their own: they go with their pods. */
const samples: readonly ResourceType[] = [resources.podMetrics, resources.nodeMetrics];
const contents: readonly ResourceType[] = Object.values(resources).filter(
  (type: ResourceType) => type.namespaced && !samples.includes(type),
);
/** How soon (nominal) a namespace is looked at again in which nothing needs time to end. */
const lookAgainMs = 5000;

/** Deletes what is in a namespace that is deleted, pods first, and lets the namespace go when it is empty. */
export function startNamespaceController(context: ControllerContext): Running {
  const { api, clock, timings } = context;
  const options = { name: 'namespace', component: 'namespace-controller' };
  return runController(context, options, ({ follow, queue }) => {
    const consider = ({ metadata }: Namespace): void => {
      if (metadata?.deletionTimestamp !== undefined) queue.add(metadata.name ?? '');
    };
    follow(resources.namespaces, { added: consider, modified: (_, namespace) => consider(namespace) });
    return async (name) => {
      const namespace = await orGone(api.get(resources.namespaces, { name }));
      if (namespace?.metadata?.deletionTimestamp === undefined) return;
      if (!(namespace.spec?.finalizers ?? []).includes('kubernetes')) return;
      const remaining = await empty(name);
      const current = await writeConditions(namespace, remaining);
      if (current === undefined) return;
      if (remaining.length === 0) return finalize(current);
      queue.addAfter(name, lookAgainAfterMs(remaining));
    };

    /** Pods go before everything else, so that nothing they need is taken from under them. */
    async function empty(namespace: string): Promise<Remaining[]> {
      const pods = await emptyOf(resources.pods, namespace);
      if (pods.objects.length > 0) return [pods];
      const others = contents.filter((type) => type !== resources.pods);
      const remaining = await Promise.all(others.map((type) => emptyOf(type, namespace)));
      return remaining.filter(({ objects }) => objects.length > 0);
    }

    async function emptyOf(type: ResourceType, namespace: string): Promise<Remaining> {
      const { items } = await api.list(type, { namespace });
      const doomed = items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
      const background = { propagationPolicy: 'Background' } as const;
      await Promise.all(
        doomed.map(({ metadata }) =>
          orGone(api.delete(type, { namespace, name: metadata?.name ?? '' }, background)),
        ),
      );
      return { type, objects: (await api.list(type, { namespace })).items };
    }

    function writeConditions(namespace: Namespace, remaining: Remaining[]): Promise<Namespace | undefined> {
      const now = timestamp(clock.wall());
      const conditions = deletionConditions(namespace.status?.conditions ?? [], remaining, now);
      return writeStatus(api, resources.namespaces, namespace, { ...namespace.status, conditions });
    }

    async function finalize({ metadata, spec }: Namespace): Promise<void> {
      const finalizers = (spec?.finalizers ?? []).filter((finalizer) => finalizer !== 'kubernetes');
      const ref = { name: metadata?.name ?? '' };
      await orGone(api.patch(resources.namespaces, ref, { spec: { finalizers } }, 'finalize'));
    }

    /** Half of the longest time that something takes to end, as Kubernetes' estimate does. */
    function lookAgainAfterMs(remaining: Remaining[]): number {
      const graces = remaining.flatMap(({ objects }) =>
        objects.map(({ metadata }: KubeObject) => metadata?.deletionGracePeriodSeconds ?? 0),
      );
      const longestMs = Math.max(0, ...graces) * 1000;
      const nominalMs = longestMs === 0 ? lookAgainMs : longestMs / 2 + 1000;
      return nominalMs / timings.speedup;
    }
  });
}
