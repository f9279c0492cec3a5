import { describe, expect } from 'vitest';
import type { Lease, Node, Pod } from '../../../src/kubernetes/objects.ts';
import { until } from '../../../src/support/index.ts';
import { send } from '../support/client.ts';
import { nominal, test } from '../support/lab.ts';
import { pod } from '../support/objects.ts';
import { hostname, nodes, notPlaced, placed } from '../support/placement.ts';

const merge = 'application/merge-patch+json';

async function worker(): Promise<Node> {
  const { workers } = await nodes();
  return (await send<Node>('GET', `/api/v1/nodes/${workers.at(-1)}`)).body;
}

/** Changes a node's spec for as long as `during` takes. Cases that do so must not run side by side. */
async function withSpec(
  change: (node: Node) => object,
  during: (name: string) => Promise<void>,
): Promise<void> {
  const node = await worker();
  const path = `/api/v1/nodes/${node.metadata?.name}`;
  await send('PATCH', path, { type: merge, body: { spec: change(node) } });
  try {
    await during(node.metadata?.name ?? '');
  } finally {
    const { taints = null, unschedulable = null } = node.spec ?? {};
    await send('PATCH', path, { type: merge, body: { spec: { taints, unschedulable } } });
  }
}

describe('a node', { concurrent: false }, () => {
  test('says what it has, what it is and that it is well', async () => {
    const { status, metadata } = await worker();
    expect(metadata?.labels).toMatchObject({
      [hostname]: metadata?.name,
      'kubernetes.io/os': expect.any(String),
      'kubernetes.io/arch': expect.any(String),
    });
    expect(status?.capacity).toMatchObject({
      cpu: expect.any(String),
      memory: expect.any(String),
      pods: expect.any(String),
    });
    expect(status?.addresses?.map(({ type }) => type).sort()).toEqual(['Hostname', 'InternalIP']);
    expect(status?.nodeInfo?.kubeletVersion).toMatch(/^v1\.\d+\.\d+/);
    const conditions = Object.fromEntries(
      (status?.conditions ?? []).map(({ type, status, reason }) => [type, `${status} ${reason}`]),
    );
    expect(conditions).toEqual({
      MemoryPressure: 'False KubeletHasSufficientMemory',
      DiskPressure: 'False KubeletHasNoDiskPressure',
      PIDPressure: 'False KubeletHasSufficientPID',
      Ready: 'True KubeletReady',
    });
  });

  test('renews a Lease of its own name', async () => {
    const { metadata } = await worker();
    const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${metadata?.name}`;
    const renewed = async (): Promise<string> => (await send<Lease>('GET', path)).body.spec?.renewTime ?? '';
    const first = await renewed();
    const { spec, metadata: lease } = (await send<Lease>('GET', path)).body;
    expect(spec?.holderIdentity).toBe(metadata?.name);
    expect(lease?.ownerReferences).toMatchObject([{ kind: 'Node', name: metadata?.name }]);
    await until(async () => (await renewed()) > first, { what: 'a renewal', deadlineMs: nominal(15) * 1000 });
  });

  test('that is tainted keeps pods away that do not tolerate it, and takes those that do', async ({
    lab,
  }) => {
    const key = `contract.openbell.dev/${lab.namespace}`;
    const taint = { key, value: 'yes', effect: 'NoSchedule' };
    await withSpec(
      ({ spec }) => ({ taints: [...(spec?.taints ?? []), taint] }),
      async (name) => {
        const nodeSelector = { [hostname]: name };
        expect(await notPlaced(lab, { nodeSelector })).toMatch(/\d node\(s\) had untolerated taint\(s\)/);
        const tolerations = [{ key, operator: 'Equal', value: 'yes', effect: 'NoSchedule' }];
        expect(await placed(lab, 'a', { nodeSelector, tolerations })).toBe(name);
      },
    );
  });

  test('with a NoExecute taint evicts its pods, at once or when their patience ends', async ({ lab }) => {
    const { metadata } = await worker();
    const key = `contract.openbell.dev/${lab.namespace}`;
    const nodeSelector = { [hostname]: metadata?.name ?? '' };
    const toleration = { key, operator: 'Exists', effect: 'NoExecute' };
    await lab.create('pods', pod('none', { nodeSelector }));
    await lab.create(
      'pods',
      pod('some', { nodeSelector, tolerations: [{ ...toleration, tolerationSeconds: 10 }] }),
    );
    await lab.create('pods', pod('all', { nodeSelector, tolerations: [toleration] }));
    for (const name of ['none', 'some', 'all'])
      await lab.eventually<Pod>('pods', name, ({ status }) => status?.phase === 'Running', nominal(60));
    await withSpec(
      ({ spec }) => ({ taints: [...(spec?.taints ?? []), { key, effect: 'NoExecute' }] }),
      async () => {
        await lab.gone('pods', 'none', nominal(30));
        await lab.gone('pods', 'some', nominal(40));
        expect((await lab.get<Pod>('pods', 'all')).body.metadata?.deletionTimestamp).toBeUndefined();
      },
    );
  });

  test('that is cordoned takes no new pods and keeps those it has', async ({ lab }) => {
    const { metadata } = await worker();
    const nodeSelector = { [hostname]: metadata?.name ?? '' };
    await placed(lab, 'before', { nodeSelector });
    await withSpec(
      () => ({ unschedulable: true }),
      async (name) => {
        await until(
          async () =>
            ((await send<Node>('GET', `/api/v1/nodes/${name}`)).body.spec?.taints ?? []).some(
              ({ key }) => key === 'node.kubernetes.io/unschedulable',
            ),
          { what: 'the taint', deadlineMs: 20_000 },
        );
        expect(await notPlaced(lab, { nodeSelector })).toContain('1 node(s) were unschedulable');
        expect((await lab.get<Pod>('pods', 'before')).body.metadata?.deletionTimestamp).toBeUndefined();
      },
    );
    await lab.eventually<Pod>('pods', 'stuck', ({ spec }) => (spec?.nodeName ?? '') !== '', nominal(60));
  });
});
