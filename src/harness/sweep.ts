import { isNotFound, kinds, type Kind, type KubeClient } from '../kubernetes/index.ts';
import { OpenbellError } from '../support/index.ts';

const sweptKinds: readonly Kind[] = [
  kinds.horizontalPodAutoscaler,
  kinds.deployment,
  kinds.job,
  kinds.service,
  kinds.configMap,
  kinds.secret,
  kinds.lease,
];

/** What is swept: the objects that carry a label. */
export interface Sweep {
  labelSelector: string;
  signal: AbortSignal;
}

/** What runs left in a namespace that is not theirs. */
export async function sweepNamespace(
  client: KubeClient,
  { namespace, labelSelector, signal }: Sweep & { namespace: string },
): Promise<string[]> {
  const removed: string[] = [];
  for (const kind of sweptKinds) {
    const objects = await client.list(kind, { namespace, labelSelector, signal }).catch((error: unknown) => {
      if (isForbidden(error) || isNotFound(error)) return [];
      throw error;
    });
    for (const { metadata } of objects) {
      const name = metadata?.name ?? '';
      await client.delete(kind, name, { namespace, propagationPolicy: 'Background', signal });
      removed.push(`${kind.kind} ${namespace}/${name}`);
    }
  }
  return removed;
}

/** Whether the API server said that we may not. */
export function isForbidden(error: unknown): boolean {
  return error instanceof OpenbellError && error.code === 'KUBERNETES_FORBIDDEN';
}
