import { cordonedAnnotation } from '../faults/index.ts';
import { connect, kinds, readKubeconfig, type KubeClient } from '../kubernetes/index.ts';
import { runLabel } from '../workload/index.ts';
import { removeNamespace } from './namespace.ts';
import { isForbidden, sweepNamespace, type Sweep } from './sweep.ts';

/** Which cluster is looked through, and where. */
export interface CleanOptions {
  context: string;
  kubeconfig?: string | undefined;
  /** Looks only there; everywhere when left out. */
  namespace?: string | undefined;
  /** Only what this run left. */
  run?: string | undefined;
  signal: AbortSignal;
}

/** Removes what runs left in a cluster because they were killed. @returns what was removed, one line each. */
export async function cleanCluster({
  context,
  kubeconfig,
  namespace,
  run,
  signal,
}: CleanOptions): Promise<string[]> {
  const { text } = await readKubeconfig(context, kubeconfig);
  const client = await connect(text);
  const labelSelector = run === undefined ? runLabel : `${runLabel}=${run}`;
  try {
    if (namespace !== undefined) return await sweepNamespace(client, { namespace, labelSelector, signal });
    return [
      ...(await removeNamespaces(client, { labelSelector, signal })),
      ...(await uncordonNodes(client, { run, signal })),
    ];
  } finally {
    client.close();
  }
}

/** Namespaces that runs made for themselves. */
async function removeNamespaces(client: KubeClient, { labelSelector, signal }: Sweep): Promise<string[]> {
  const namespaces = await client.list(kinds.namespace, { labelSelector, signal });
  const names = namespaces.map(({ metadata }) => metadata?.name ?? '');
  await Promise.all(names.map((name) => removeNamespace(client, name, signal)));
  return names.map((name) => `namespace ${name} with all that was in it`);
}

/** Nodes that a run cordoned and could not give back. */
async function uncordonNodes(
  client: KubeClient,
  { run, signal }: { run: string | undefined; signal: AbortSignal },
): Promise<string[]> {
  const nodes = await client.list(kinds.node, { signal }).catch((error: unknown) => {
    if (isForbidden(error)) return [];
    throw error;
  });
  const left = nodes.filter(({ metadata }) => {
    const by = metadata?.annotations?.[cordonedAnnotation];
    return by !== undefined && (run === undefined || by.endsWith(run));
  });
  const patch = { spec: { unschedulable: null }, metadata: { annotations: { [cordonedAnnotation]: null } } };
  for (const { metadata } of left) await client.patch(kinds.node, metadata?.name ?? '', patch, { signal });
  return left.map(({ metadata }) => `the cordon of node ${metadata?.name}`);
}
