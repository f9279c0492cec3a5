import type { KubeClient } from './client.ts';
import { kinds } from './kinds.ts';

/**
 * Deletes a node whose machine is gone for good, and the pods that it had, of one namespace or of all: nobody else would tell soon
 * that they are gone.
 */
export async function forgetNode(
  client: KubeClient,
  node: string,
  where: { namespace?: string } = {},
): Promise<void> {
  await client.delete(kinds.node, node);
  for (const { metadata, spec } of await client.list(kinds.pod, where)) {
    if (spec?.nodeName !== node) continue;
    const { name = '', namespace } = metadata ?? {};
    await client.delete(kinds.pod, name, { namespace, gracePeriodSeconds: 0 });
  }
}
