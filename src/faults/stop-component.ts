import { isOfControlPlane, type Component } from '../cluster/index.ts';
import type { KubeClient } from '../kubernetes/index.ts';
import { OpenbellError, until } from '../support/index.ts';
import type { Fault, FaultContext, Target } from './fault.ts';
import { selectNodes } from './nodes.ts';

/** An API server that was started reads its objects before it answers. */
const answerDeadlineMs = 60_000;

/**
 * A component of Kubernetes stops while everything else goes on. Proven by the provider; that the API server is away, also by
 * asking it. Undone by starting it.
 */
export function stopComponent(component: Component): Fault {
  return {
    // A node without its kubelet is lost to Kubernetes; any other component is missed by nobody.
    targetKind: component === 'kubelet' ? 'Node' : 'Component',
    endsProcesses: false,
    needs: [],
    component,
    select: async (selector, context) => {
      if (isOfControlPlane(component)) {
        const uid = `${component} of the control plane`;
        return context.taken.has(uid) ? [] : [{ name: component, uid, addresses: [] }];
      }
      const nodes = await selectNodes(selector, context, { controlPlane: true });
      // The node is held: no other fault is to choose it meanwhile.
      return component === 'kubelet'
        ? nodes
        : nodes.map(({ name, uid }) => ({ name: component, uid, node: name, addresses: [] }));
    },
    inject: (targets, context) => switchAll(targets, 'stop', context),
    prove: async (_targets, { client, proofDeadlineMs, signal }) => {
      if (component !== 'api-server') return null;
      return until(() => whyAway(client), {
        what: `the API server at ${client.server} to be away`,
        deadlineMs: proofDeadlineMs,
        everyMs: 50,
        signal,
      });
    },
    undo: async (targets, context) => {
      const how = await switchAll(targets, 'start', context);
      if (component !== 'api-server') return how;
      const { client } = context;
      await until(() => client.ping({ signal: undefined }).then(() => true), {
        what: `the API server at ${client.server} to answer again`,
        deadlineMs: answerDeadlineMs,
        everyMs: 100,
      });
      return `${how}; it answers again`;
    },
  };

  async function switchAll(
    targets: readonly Target[],
    action: 'stop' | 'start',
    { cluster }: FaultContext,
  ): Promise<string> {
    const nodeOf = ({ name, node }: Target): string | undefined => (component === 'kubelet' ? name : node);
    const seen = targets.map((target) => cluster.component(component, action, nodeOf(target)));
    return (await Promise.all(seen)).join('; ');
  }
}

/** Why it cannot be asked; undefined while it answers, whatever it says. */
function whyAway(client: KubeClient): Promise<string | undefined> {
  return client.ping({ signal: undefined }).then(
    () => undefined,
    (error: unknown) =>
      error instanceof OpenbellError && error.code === 'KUBERNETES_UNREACHABLE' ? error.message : undefined,
  );
}
