import { expect, test } from 'vitest';
import { rest } from '../../../../../../test/support/stepped-clock.ts';
import { resources } from '../../../api.ts';
import type { Node, Pod } from '../../../objects.ts';
import { startScheduler } from '../../scheduler/index.ts';
import { startEndpointSliceController } from '../endpointslice/index.ts';
import type { StartController } from '../machinery/controller.ts';
import { isActive, isReady } from '../machinery/pods.ts';
import { startPodGarbageCollector } from '../pod-gc.ts';
import { startReplicaSetController } from '../replicaset/index.ts';
import { startTaintEvictionController } from '../taint-eviction.ts';
import { kubelets, newLab, type Lab } from '../testing/lab.ts';
import { namespace, node, replicaSet } from '../testing/objects.ts';
import { readyCondition } from './health.ts';
import { startNodeLifecycleController } from './index.ts';

const leases = { namespace: 'kube-node-lease' };

/** Renews the leases of nodes that are not dead, as kubelets do. */
function heartbeats(names: readonly string[], dead: ReadonlySet<string>): StartController {
  return ({ api, clock, timings }) => {
    const stopping = new AbortController();
    const beat = async (): Promise<void> => {
      for (const name of names) {
        await api.create(resources.leases, { metadata: { ...leases, name }, spec: { holderIdentity: name } });
      }
      for (;;) {
        for (const name of names) {
          if (dead.has(name)) continue;
          const renewTime = new Date(clock.wall()).toISOString();
          await api.patch(resources.leases, { ...leases, name }, { spec: { renewTime } });
        }
        await clock.sleep(timings.nodeLeaseRenewalMs, stopping.signal);
      }
    };
    const done = beat().catch(() => undefined);
    return {
      async stop() {
        stopping.abort(new Error('the test is over'));
        await done;
      },
    };
  };
}

async function cluster({ workers = 3, replicas = 6, speedup = 10 } = {}): Promise<
  Lab & { dead: Set<string> }
> {
  const lab = await newLab({ speedup });
  const dead = new Set<string>();
  const names = Array.from({ length: workers }, (_, index) => `worker-${index}`);
  for (const name of names) await lab.api.create(resources.nodes, node(name));
  lab.start(heartbeats(names, dead));
  lab.start(kubelets({ startupMs: 100, dead }));
  const controllers = [
    startScheduler,
    startReplicaSetController,
    startEndpointSliceController,
    startNodeLifecycleController,
    startTaintEvictionController,
    startPodGarbageCollector,
  ];
  for (const start of controllers) lab.start(start);
  await lab.api.create(resources.services, {
    metadata: { name: 'web', namespace },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  await lab.api.create(resources.replicaSets, replicaSet('web', replicas));
  await lab.clock.advance(3000);
  expect((await lab.pods()).filter(isReady)).toHaveLength(replicas);
  return { ...lab, dead };
}

async function ready(lab: Lab, name: string): Promise<string | undefined> {
  return readyCondition(await lab.api.get(resources.nodes, { name }))?.status;
}

function taints({ spec }: Node): string[] {
  return (spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort((a, b) => a.localeCompare(b));
}

async function readyEndpoints({ api }: Lab): Promise<number> {
  const { items } = await api.list(resources.endpointSlices);
  return items.flatMap(({ endpoints = [] }) => endpoints).filter(({ conditions }) => conditions?.ready)
    .length;
}

/** Steps until `look` answers true; the milliseconds it took. */
async function elapsed(lab: Lab, look: () => Promise<boolean>, limitMs = 60_000): Promise<number> {
  const start = lab.clock.now();
  while (!(await look())) {
    if (lab.clock.now() - start > limitMs) throw new Error('it did not happen');
    await lab.clock.advance(10);
  }
  return lab.clock.now() - start;
}

test('a lost node: noticed after the grace period, out of rotation at once, evicted after the toleration, replaced', async () => {
  const lab = await cluster();
  const { timings } = lab;
  const on = (pods: Pod[], name: string): Pod[] => pods.filter(({ spec }) => spec?.nodeName === name);
  const lostPods = on(await lab.pods(), 'worker-1').map(({ metadata }) => metadata?.name);
  expect(lostPods).toHaveLength(2);
  lab.dead.add('worker-1');

  const noticed = await elapsed(lab, async () => (await ready(lab, 'worker-1')) !== 'True');
  expect(noticed).toBeGreaterThanOrEqual(timings.nodeMonitorGraceMs - timings.nodeLeaseRenewalMs);
  expect(noticed).toBeLessThanOrEqual(timings.nodeMonitorGraceMs + 2 * timings.nodeMonitorPeriodMs);
  await rest();
  const lost = await lab.api.get(resources.nodes, { name: 'worker-1' });
  expect(readyCondition(lost)).toMatchObject({
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  });
  expect(taints(lost)).toEqual([
    'node.kubernetes.io/unreachable:NoExecute',
    'node.kubernetes.io/unreachable:NoSchedule',
  ]);
  expect(await lab.messages('NodeNotReady')).toContain('Node worker-1 status is now: NodeNotReady');
  expect(await readyEndpoints(lab)).toBe(4);
  expect(on(await lab.pods(), 'worker-1').every((pod) => !isReady(pod) && isActive(pod))).toBe(true);

  const evicted = await elapsed(lab, async () => !on(await lab.pods(), 'worker-1').some(isActive));
  expect(Math.abs(evicted - timings.unreachableTolerationMs)).toBeLessThanOrEqual(10);
  expect(await lab.messages('TaintManagerEviction')).toContain(
    `Marking for deletion Pod default/${lostPods[0]}`,
  );
  const replaced = await elapsed(lab, async () => (await readyEndpoints(lab)) === 6);
  expect(replaced).toBeLessThanOrEqual(110);
  expect(on(await lab.pods(), 'worker-1').map(({ metadata }) => metadata?.name)).toEqual(lostPods);

  await lab.clock.advance(60_000);
  expect(on(await lab.pods(), 'worker-1')).toHaveLength(2);
  await lab.api.delete(resources.nodes, { name: 'worker-1' });
  await lab.clock.advance(3999);
  expect(on(await lab.pods(), 'worker-1')).toHaveLength(2);
  await lab.clock.advance(2);
  expect(on(await lab.pods(), 'worker-1')).toHaveLength(0);
  expect(lab.lines).toEqual([]);
});

test('a node that comes back in time keeps its pods, and its taints go', async () => {
  const lab = await cluster();
  lab.dead.add('worker-1');
  await elapsed(lab, async () => (await ready(lab, 'worker-1')) !== 'True');
  await lab.clock.advance(5000);
  lab.dead.delete('worker-1');
  const conditions = [
    { type: 'Ready', status: 'True', lastHeartbeatTime: new Date(lab.clock.wall()).toISOString() },
  ];
  await lab.api.patch(resources.nodes, { name: 'worker-1' }, { status: { conditions } }, 'status');
  await rest();
  expect(taints(await lab.api.get(resources.nodes, { name: 'worker-1' }))).toEqual([
    'node.kubernetes.io/unreachable:NoExecute',
  ]);
  await lab.clock.advance(lab.timings.nodeMonitorPeriodMs);
  expect(taints(await lab.api.get(resources.nodes, { name: 'worker-1' }))).toEqual([]);
  expect(await lab.messages('TaintManagerEviction')).toEqual(
    expect.arrayContaining([expect.stringMatching(/^Cancelling deletion of Pod default\/web-/)]),
  );
  await lab.clock.advance(60_000);
  expect((await lab.pods()).filter(isActive)).toHaveLength(6);
});

test('when three of four nodes are lost nothing is evicted', async () => {
  const lab = await cluster({ workers: 4, replicas: 8 });
  for (const name of ['worker-0', 'worker-1', 'worker-2']) lab.dead.add(name);
  await lab.clock.advance(120_000);
  expect((await lab.pods()).filter(isActive)).toHaveLength(8);
  const marked = (await lab.api.list(resources.nodes)).items.filter((it) =>
    taints(it).some((taint) => taint.endsWith('NoExecute')),
  );
  expect(marked).toEqual([]);
});

test('of two nodes that are lost together the second is marked one eviction period later', async () => {
  const lab = await cluster({ workers: 5, replicas: 5 });
  lab.dead.add('worker-0').add('worker-1');
  const marked = async (): Promise<number> =>
    (await lab.api.list(resources.nodes)).items.filter((it) =>
      taints(it).some((taint) => taint.endsWith('NoExecute')),
    ).length;
  await elapsed(lab, async () => (await marked()) === 1);
  const second = await elapsed(lab, async () => (await marked()) === 2);
  expect(Math.abs(second - lab.timings.evictionPeriodMs)).toBeLessThanOrEqual(10);
});

test('cordoning a node taints it, and uncordoning takes the taint off', async () => {
  const lab = await cluster();
  const cordon = async (unschedulable: boolean | null): Promise<string[]> => {
    await lab.api.patch(resources.nodes, { name: 'worker-0' }, { spec: { unschedulable } });
    await rest();
    return taints(await lab.api.get(resources.nodes, { name: 'worker-0' }));
  };
  expect(await cordon(true)).toEqual(['node.kubernetes.io/unschedulable:NoSchedule']);
  expect(await cordon(null)).toEqual([]);
});
