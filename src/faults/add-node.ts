import { forgetNode, isReady, kinds } from '../kubernetes/index.ts';
import { until } from '../support/index.ts';
import { cordon, evictFrom } from './drain-node.ts';
import type { Fault, FaultContext, Target } from './fault.ts';

/**
 * Spare workers join. Proven by their being Ready. Undone by taking them away again: emptied as before maintenance while
 * traffic runs, at once when it is over.
 */
export function addNode(names: readonly string[]): Fault {
  return {
    targetKind: 'NewNode',
    endsProcesses: false,
    needs: ['add', 'remove'],
    select: (_selector, { taken }) =>
      Promise.resolve(
        names.filter((name) => !taken.has(name)).map((name) => ({ name, uid: name, addresses: [] })),
      ),
    inject: async (targets, { cluster }) =>
      (await Promise.all(targets.map(({ name }) => cluster.power(name, 'add')))).join('; '),
    prove: async (targets, { client, proofDeadlineMs, signal }) => {
      for (const { name } of targets) {
        const look = async (): Promise<boolean> => isReady(await client.get(kinds.node, name, { signal }));
        await until(look, { what: `${name} to be Ready`, deadlineMs: proofDeadlineMs, everyMs: 50, signal });
      }
      return `the API server shows ${targets.map(({ name }) => name).join(', ')} as Ready`;
    },
    undo: async (targets, context) => {
      const left = await Promise.all(targets.map((target) => takeAway(target, context)));
      return left.join('; ');
    },
  };
}

async function takeAway(target: Target, context: FaultContext): Promise<string> {
  const { client, cluster, namespace, signal } = context;
  const { name } = target;
  if (!signal.aborted) {
    await empty(target, context).catch((error: unknown) => {
      // The run ends: nobody is left to be spared.
      if (!signal.aborted) throw error;
    });
  }
  const how = await cluster.power(name, 'remove');
  await forgetNode(client, name, { namespace });
  return `${how}, and ${name} is no node any more`;
}

async function empty(target: Target, context: FaultContext): Promise<void> {
  await cordon(target, context);
  await evictFrom(target, context);
}
