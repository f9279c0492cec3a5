/** What is done to the machines of a real cluster: it takes, is noticed, and is undone. */
import { describe, expect, it } from 'vitest';
import { isReady, kinds, milliOf } from '../../src/kubernetes/index.ts';
import { until } from '../../src/support/index.ts';
import { isMissing, sharedLab, untilReady } from './lab.ts';

describe.skipIf(isMissing)('the machines of a kind cluster', () => {
  const lab = sharedLab();

  it('are what was asked for: workers, capacity, labels, timings', async () => {
    const { cluster, client, node } = await lab();
    const nodes = await client.list(kinds.node);
    const workers = nodes.filter(({ metadata }) => metadata?.name?.includes('-worker'));
    const names = workers.map(({ metadata }) => metadata?.name ?? '');
    expect(names.toSorted()).toEqual(['worker-1', 'worker-2', 'worker-3'].map(node));
    expect(workers.every((worker) => isReady(worker))).toBe(true);
    for (const { status, metadata } of workers) {
      const { cpu = '', memory = '' } = status?.allocatable ?? {};
      expect(milliOf(cpu)).toBeLessThanOrEqual(2_000);
      expect(milliOf(memory)).toBe(1_000 * 2 ** 30);
      expect(metadata?.labels?.['openbell.dev/owner']).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(cluster.facts.timings.nodeMonitorGraceMs).toBe(5_000);
    expect(cluster.facts.notFollowed.join('\n')).not.toContain('was not given');
  });

  it.for([
    ['kill', 'start', 'exited'],
    ['pause', 'resume', 'paused'],
    ['disconnect', 'connect', 'DOWN'],
  ] as const)('whose power is changed (%s) are noticed, and come back (%s)', async ([fault, undo, sign]) => {
    const { cluster, node } = await lab();
    const name = node('worker-1');
    await untilReady(await lab(), name, true);
    expect(await cluster.power(name, fault)).toContain(sign);
    await untilReady(await lab(), name, false);
    await cluster.power(name, undo);
    await untilReady(await lab(), name, true);
  });

  it('go without a component, and get it back', async () => {
    const { cluster, client, node } = await lab();
    const name = node('worker-2');
    await untilReady(await lab(), name, true);
    expect(await cluster.component('kubelet', 'stop', name)).toContain('no process of kubelet runs');
    await untilReady(await lab(), name, false);
    await cluster.component('kubelet', 'start', name);
    await untilReady(await lab(), name, true);
    expect(await cluster.component('kube-proxy', 'stop', name)).toContain('is stopped');
    expect(await cluster.component('kube-proxy', 'start', name)).toContain('goes on');
    expect(await cluster.component('api-server', 'stop')).toContain('no process of kube-apiserver runs');
    await expect(client.version()).rejects.toMatchObject({ code: 'KUBERNETES_UNREACHABLE' });
    await cluster.component('api-server', 'start');
    await until(() => client.version(), { what: 'the API server', deadlineMs: 60_000 });
  });

  it('join from among the spares, which are kept aside, and are taken back', async () => {
    const { cluster, client, node } = await lab();
    const spare = node('spare-1');
    const known = async (): Promise<boolean> =>
      (await client.list(kinds.node)).some(({ metadata }) => metadata?.name === spare);
    expect(await known()).toBe(false);
    expect(await cluster.power(spare, 'add')).toContain('reports Ready');
    expect(isReady(await client.get(kinds.node, spare))).toBe(true);
    expect(await cluster.power(spare, 'remove')).toContain('is stopped');
    await client.delete(kinds.node, spare);
    expect(await known()).toBe(false);
  });
});
