import { describe, expect } from 'vitest';
import type { Node, Pod } from '../../../src/kubernetes/objects.ts';
import { until } from '../../../src/support/index.ts';
import { send, target } from '../support/client.ts';
import { nominal, test } from '../support/lab.ts';
import { pendingPod, pod, replicated } from '../support/objects.ts';
import { hostname, nodes } from '../support/placement.ts';
import { attached } from '../support/power.ts';
import { eventMessage, isReady, rolledOut, running } from '../support/wait.ts';

async function node(name: string): Promise<Node> {
  return (await send<Node>('GET', `/api/v1/nodes/${name}`)).body;
}

function readyOf({ status }: Node): { status: string; reason?: string; message?: string } | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

async function became(name: string, status: string): Promise<Node> {
  return until(
    async () => {
      const now = await node(name);
      return readyOf(now)?.status === status ? now : undefined;
    },
    { what: `${name} Ready=${status}`, deadlineMs: nominal(120) * 1000 },
  );
}

const limit = { concurrent: false, timeout: nominal(900) * 1000 + 60_000 };

describe.skipIf(!target.power.includes('kill'))('a node whose power goes', limit, () => {
  test('is noticed, tainted and emptied, and its pods are replaced; it comes back', async ({ lab }) => {
    const { workers } = await nodes();
    const name = workers.at(-1) ?? '';
    const cluster = await attached();
    await lab.create('pods', pod('bare', { nodeSelector: { [hostname]: name } }));
    await running(lab, 'bare');
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 6 }));
    await rolledOut(lab, 'web');
    await cluster.power(name, 'kill');
    try {
      const lost = await became(name, 'Unknown');
      expect(readyOf(lost)).toMatchObject({
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
      });
      const tainted = await until(
        async () => {
          const taints = (await node(name)).spec?.taints ?? [];
          return taints.length >= 2 ? taints : undefined;
        },
        { what: 'taints', deadlineMs: 20_000 },
      );
      expect(tainted.map(({ key, effect }) => `${key}:${effect}`).sort()).toEqual([
        'node.kubernetes.io/unreachable:NoExecute',
        'node.kubernetes.io/unreachable:NoSchedule',
      ]);
      await lab.eventually<Pod>('pods', 'bare', (pod) => !isReady(pod), nominal(60));
      expect(await eventMessage(lab, 'bare', 'NodeNotReady')).toBe('Node is not ready');
      const evicted = await lab.eventually<Pod>(
        'pods',
        'bare',
        ({ metadata }) => metadata?.deletionTimestamp !== undefined,
        nominal(400),
      );
      expect(evicted.status?.conditions).toContainEqual(
        expect.objectContaining({ type: 'DisruptionTarget', reason: 'DeletionByTaintManager' }),
      );
      await lab.eventually(
        'deployments',
        'web',
        (it) => JSON.stringify(it).includes('"availableReplicas":6'),
        nominal(400),
      );
    } finally {
      await cluster.power(name, 'start');
    }
    await became(name, 'True');
    await lab.gone('pods', 'bare', nominal(60));
    const isClean = async (): Promise<boolean> => ((await node(name)).spec?.taints ?? []).length === 0;
    await until(isClean, { what: 'no taints', deadlineMs: nominal(60) * 1000 });
  });
});

describe.skipIf(!target.components.includes('scheduler'))('without a component', limit, () => {
  test('of the scheduler pods wait, and go on when it is back', async ({ lab }) => {
    const cluster = await attached();
    await cluster.component('scheduler', 'stop');
    try {
      await lab.create('pods', pod('a'));
      await lab.create('pods', pendingPod('b'));
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await lab.get<Pod>('pods', 'a')).body.spec?.nodeName ?? '').toBe('');
    } finally {
      await cluster.component('scheduler', 'start');
    }
    await running(lab, 'a');
  });

  test('of the controller manager nothing is replaced, and everything when it is back', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 1 }));
    await rolledOut(lab, 'web');
    const cluster = await attached();
    await cluster.component('controller-manager', 'stop');
    try {
      const [first] = await lab.pods('app=web');
      await lab.remove('pods', first?.metadata?.name ?? '', { gracePeriodSeconds: 0 });
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(await lab.pods('app=web')).toEqual([]);
    } finally {
      await cluster.component('controller-manager', 'start');
    }
    // The Deployment's status is the old one until somebody writes it anew: only the pods tell.
    const replaced = async (): Promise<boolean> => (await lab.pods('app=web')).length === 1;
    await until(replaced, { what: 'another pod', deadlineMs: nominal(120) * 1000 });
    await rolledOut(lab, 'web');
  });
});
