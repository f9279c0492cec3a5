import { isNotFound, kinds, type KubeClient } from '../kubernetes/index.ts';
import { until } from '../support/index.ts';

const namespaceDeadlineMs = 60_000;

/** Deletes the run's namespace; resolves when nothing in it is left. */
export async function removeNamespace(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  await client.delete(kinds.namespace, namespace, { signal });
  const gone = (): Promise<boolean> =>
    client.get(kinds.namespace, namespace, { signal }).then(() => false, isNotFound);
  await until(gone, {
    what: `namespace ${namespace} to be gone`,
    deadlineMs: namespaceDeadlineMs,
    everyMs: 200,
    signal,
  });
}
