import { isNotFound, kinds, type KubeClient, type KubeObject } from '../kubernetes/index.ts';
import { OpenbellError, exitCodes, until } from '../support/index.ts';
import { runLabel } from '../workload/index.ts';
import type { RunContext } from './context.ts';
import { sweepNamespace } from './sweep.ts';

const namespaceDeadlineMs = 60_000;

/** Of a run's namespace that was to stay; without it, one whose run is over was left by a run that was killed. */
export const keptLabel = 'openbell.dev/kept';

/** Makes the run's own namespace, if it is to have one. */
export async function provideNamespace(
  { runId, namespace, namespaceGiven, keep, signal }: RunContext,
  client: KubeClient,
): Promise<void> {
  if (namespaceGiven) return;
  const kept = keep ? { [keptLabel]: 'true' } : {};
  const labels = { [runLabel]: runId, 'app.kubernetes.io/managed-by': 'openbell', ...kept };
  await client.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
    { signal },
  );
}

/**
 * In a namespace that was given, nothing of the workload's names may be there: it would be changed and then deleted.
 *
 * @throws {OpenbellError} exit code 106, with all that are in the way.
 */
export async function requireNamesFree(
  { namespace, namespaceGiven, signal }: RunContext,
  client: KubeClient,
  objects: readonly KubeObject[],
): Promise<void> {
  if (!namespaceGiven) return;
  const taken = await Promise.all(
    objects.map(async ({ kind: kindName, metadata }) => {
      const kind = Object.values(kinds).find((each) => each.kind === kindName);
      const name = metadata?.name ?? '';
      if (kind === undefined) return [];
      const there = await client
        .get<KubeObject>(kind, name, { namespace, signal })
        .catch((error: unknown) => {
          if (isNotFound(error)) return null;
          throw error;
        });
      return there === null ? [] : [`${kindName} ${name}`];
    }),
  );
  const inTheWay = taken.flat();
  if (inTheWay.length === 0) return;
  throw new OpenbellError(`the namespace ${namespace} has ${inTheWay.join(', ')} already`, {
    code: 'NAMESPACE_IN_USE',
    exitCode: exitCodes.clusterNotProvided,
    hint: `If a run that was killed left them: openbell clean --context … --namespace ${namespace}`,
  });
}

/** Removes what a run made in a cluster that stays: its namespace, or its objects in one that was given. */
export async function removeDeployed(
  { runId, namespace, namespaceGiven }: RunContext,
  client: KubeClient,
  signal: AbortSignal,
): Promise<void> {
  if (!namespaceGiven) return removeNamespace(client, namespace, signal);
  const labelSelector = `${runLabel}=${runId}`;
  await sweepNamespace(client, { namespace, labelSelector, signal });
  await until(async () => (await client.list(kinds.pod, { namespace, labelSelector, signal })).length === 0, {
    what: "the run's pods to be gone",
    deadlineMs: namespaceDeadlineMs,
    everyMs: 200,
    signal,
  });
}

/** Deletes a namespace; resolves when nothing in it is left. */
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
