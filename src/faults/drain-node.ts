import { isNotFound, isTerminating, kinds } from '../kubernetes/index.ts';
import { OpenbellError, until } from '../support/index.ts';
import type { Fault, FaultContext, Target } from './fault.ts';
import { selectNodes } from './nodes.ts';

/** Names the run's namespace on a node that a run has cordoned, so that it can be found when the run was killed. */
export const cordonedAnnotation = 'openbell.dev/cordoned-by';

/**
 * A worker is emptied as before maintenance: cordoned, and the run's pods on it are evicted, which disruption budgets may
 * delay. Pods of others stay. Undone by uncordoning.
 */
export const drainNode: Fault = {
  targetKind: 'Node',
  endsProcesses: false,
  needs: [],
  select: (selector, context) => selectNodes(selector, context),
  inject: async (targets, context) => {
    await Promise.all(targets.map((node) => cordon(node, context)));
    return null;
  },
  prove: async (targets, context) => {
    const evicted = await Promise.all(targets.map((node) => evictFrom(node, context)));
    const names = targets.map(({ name }) => name).join(', ');
    const count = evicted.reduce((sum, pods) => sum + pods, 0);
    return `${names} ${targets.length === 1 ? 'takes' : 'take'} no pods, and ${count} of the run's were evicted`;
  },
  undo: async (targets, { client }) => {
    const patch = {
      spec: { unschedulable: null },
      metadata: { annotations: { [cordonedAnnotation]: null } },
    };
    for (const { name } of targets) await client.patch(kinds.node, name, patch);
    return `${targets.map(({ name }) => name).join(', ')} may take pods again`;
  },
};

/** Keeps new pods away from a node. */
export async function cordon({ name }: Target, { client, namespace, signal }: FaultContext): Promise<void> {
  const patch = {
    spec: { unschedulable: true },
    metadata: { annotations: { [cordonedAnnotation]: namespace } },
  };
  await client.patch(kinds.node, name, patch, { signal });
}

/** Evicts the workload's pods on a node until none stays. @returns how many there were. */
export async function evictFrom(
  { name }: Target,
  { client, namespace, workloadSelector, proofDeadlineMs, signal }: FaultContext,
): Promise<number> {
  const seen = new Set<string>();
  await until(
    async () => {
      const pods = await client.list(kinds.pod, { namespace, labelSelector: workloadSelector, signal });
      const staying = pods.filter((pod) => pod.spec?.nodeName === name && !isTerminating(pod));
      if (staying.length === 0) return true;
      for (const { metadata } of staying) {
        const pod = metadata?.name ?? '';
        seen.add(pod);
        await client.evict(pod, { namespace, signal }).catch((error: unknown) => {
          if (!isNotFound(error) && !isForbiddenForNow(error)) throw error;
        });
      }
      throw new Error(`${staying.length} pods of the run are still on it`);
    },
    { what: `the pods on ${name} to be evicted`, deadlineMs: proofDeadlineMs, everyMs: 200, signal },
  );
  return seen.size;
}

/** A disruption budget is used up; it may recover. */
function isForbiddenForNow(error: unknown): boolean {
  return error instanceof OpenbellError && error.code === 'KUBERNETES_TOO_MANY_REQUESTS';
}
