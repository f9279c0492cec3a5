import { expect, test } from 'vitest';
import { monotonicMs } from '../support/index.ts';
import { whyUnsupported } from './catalogue.ts';
import { playFaults } from './play.ts';
import { smallCluster } from './small-cluster.ts';
import type { FaultSpec, TargetSelector } from './spec.ts';

const one: TargetSelector = { labels: null, node: null, amount: { count: 1 } };

function fault(type: FaultSpec['type'], over: Partial<FaultSpec> = {}): FaultSpec {
  return { id: `${type}-1`, type, atMs: 0, select: one, forMs: null, ...over };
}

function play(lab: Awaited<ReturnType<typeof smallCluster>>, specs: FaultSpec[], over = {}) {
  const failures: string[] = [];
  const { client, cluster, recorder } = lab;
  const playing = playFaults({
    specs,
    client,
    cluster,
    recorder,
    namespace: 'lab',
    workloadSelector: 'app=x',
    seed: 1,
    startAtMs: monotonicMs(),
    proofDeadlineMs: 3_000,
    onFailed: (reason) => failures.push(reason),
    ...over,
  });
  return { ...playing, failures };
}

test('a killed pod is gone from the API and its address refuses connections before it counts as landed', async () => {
  await using lab = await smallCluster();
  await play(lab, [fault('kill-pod', { select: { ...one, node: 'worker-2', labels: 'tier=web' } })]).done;
  expect(lab.received[0]?.query).toEqual({ labelSelector: 'app=x,tier=web' });
  expect(lab.pods.size).toBe(3);
  const [inject, landed] = lab.events;
  expect(inject).toMatchObject({
    type: 'fault.inject',
    targetKind: 'Pod',
    targets: [
      { node: 'worker-2', name: expect.stringMatching(/^[cd]$/), uid: expect.stringMatching(/^uid-/) },
    ],
  });
  expect(landed).toMatchObject({
    type: 'fault.landed',
    id: 'kill-pod-1',
    proof: expect.stringMatching(
      /^the API server knows [cd] no more, and 127\.0\.0\.1:\d+ accepts no connection$/,
    ),
  });
});

test('a pod that is deleted with grace counts as landed when it terminates', async () => {
  await using lab = await smallCluster();
  await play(lab, [fault('delete-pod', { select: { ...one, amount: { percent: 50 } } })]).done;
  expect(lab.events.map(({ type }) => type)).toEqual(['fault.inject', 'fault.landed']);
  expect(lab.pods.size).toBe(4);
  const deletions = lab.received.filter(({ method }) => method === 'DELETE');
  expect(deletions).toHaveLength(2);
  for (const { body } of deletions) expect(body).not.toHaveProperty('gracePeriodSeconds');
});

test('a killed node answers no more, and is switched on again at the end', async () => {
  await using lab = await smallCluster();
  const playing = play(lab, [fault('kill-node')]);
  await playing.done;
  expect(lab.events.at(-1)).toMatchObject({
    type: 'fault.landed',
    proof: expect.stringMatching(/^worker-\d: kill seen; none of the 2 pods on worker-\d answers$/),
  });
  await playing.rollBack(null);
  await playing.rollBack(null);
  expect(lab.events.map(({ type }) => type)).toEqual(['fault.inject', 'fault.landed', 'fault.undone']);
  expect(lab.events.at(-1)).toMatchObject({ how: expect.stringMatching(/: start seen$/) });
});

test('a hung node still accepts connections, does not answer, and is resumed after its time', async () => {
  await using lab = await smallCluster();
  await play(lab, [fault('hang-node', { forMs: 10, select: { ...one, node: 'worker-1' } })]).done;
  expect(lab.events.map(({ type }) => type)).toEqual(['fault.inject', 'fault.landed', 'fault.undone']);
});

test('the pods of a node that is cut off live; the word of the provider is the proof', async () => {
  await using lab = await smallCluster();
  await play(lab, [fault('partition-node', { forMs: 10, select: { ...one, node: 'worker-1' } })]).done;
  expect(lab.events).toMatchObject([
    { type: 'fault.inject', targetKind: 'Node', targets: [{ name: 'worker-1' }] },
    { type: 'fault.landed', proof: 'worker-1: disconnect seen' },
    { type: 'fault.undone', how: 'worker-1: connect seen' },
  ]);
});

test.each([
  ['while traffic runs, emptied before', 10, true],
  ['at the end, at once', null, false],
])('a spare joins and is taken away again: %s', async (_when, forMs, emptied) => {
  await using lab = await smallCluster();
  const playing = play(lab, [fault('add-node', { joins: ['spare-1'], forMs })]);
  await playing.done;
  if (forMs === null) expect(lab.nodes()).toContain('spare-1');
  await playing.rollBack(null);
  expect(lab.events).toMatchObject([
    { type: 'fault.inject', targetKind: 'NewNode', targets: [{ name: 'spare-1' }] },
    { type: 'fault.landed', proof: 'spare-1: add seen; the API server shows spare-1 as Ready' },
    { type: 'fault.undone', how: 'spare-1: remove seen, and spare-1 is no node any more' },
  ]);
  expect(lab.nodes()).not.toContain('spare-1');
  expect(lab.received.some(({ method }) => method === 'PATCH')).toBe(emptied);
});

test('two faults of the same instant take different targets', async () => {
  await using lab = await smallCluster();
  await play(lab, [fault('kill-node', { id: 'x' }), fault('kill-node', { id: 'y' })]).done;
  const hit = lab.events.flatMap((event) => (event.type === 'fault.inject' ? event.targets : []));
  expect(hit.map(({ name }) => name).toSorted()).toEqual(['worker-1', 'worker-2']);
});

test('a fault without a target is journaled and told', async () => {
  await using lab = await smallCluster();
  const playing = play(lab, [fault('kill-pod', { select: { ...one, node: 'worker-9' } })]);
  await playing.done;
  const reason = "found no target: no running pod of the run's workload matches node worker-9 (wanted 1)";
  expect(lab.events).toMatchObject([{ type: 'fault.failed', id: 'kill-pod-1', fault: 'kill-pod', reason }]);
  expect(playing.failures).toEqual([`fault kill-pod-1 (kill-pod): ${reason}`]);
});

test('a fault that is not seen to land is a failure that says what was still there', async () => {
  await using lab = await smallCluster();
  const cluster = { ...lab.cluster, power: () => Promise.resolve('nothing was done') };
  const playing = play(lab, [fault('kill-node')], { cluster, proofDeadlineMs: 100 });
  await playing.done;
  expect(lab.events.map(({ type }) => type)).toEqual(['fault.inject', 'fault.failed']);
  expect(playing.failures.join('\n')).toMatch(/gave up waiting for silence at .* still answers/);
});

test('asking for more than there is hits what there is, with a warning', async () => {
  await using lab = await smallCluster();
  await play(lab, [fault('kill-node', { select: { ...one, amount: { count: 5 } } })]).done;
  expect(lab.events).toContainEqual(
    expect.objectContaining({ type: 'note', message: 'fault kill-node-1 asked for 5 targets and found 2' }),
  );
});

test('a fault that was not due before the end fails, unless the run was broken off', async () => {
  await using lab = await smallCluster();
  const late = fault('kill-pod', { atMs: 3_600_000 });
  await play(lab, [late]).rollBack(null);
  expect(lab.events).toEqual([]);
  await play(lab, [late]).rollBack('traffic ended before it was due');
  expect(lab.events).toMatchObject([{ type: 'fault.failed', reason: 'traffic ended before it was due' }]);
});

test('the same seed hits the same pod', async () => {
  const hits: string[] = [];
  for (let repetition = 0; repetition < 2; repetition += 1) {
    await using lab = await smallCluster();
    await play(lab, [fault('kill-pod')]).done;
    for (const event of lab.events) {
      if (event.type === 'fault.inject') hits.push(event.targets.map(({ name }) => name).join());
    }
  }
  expect(hits[0]).toBe(hits[1]);
});

test('a component of the control plane is stopped and started; nothing is chosen through the API', async () => {
  await using lab = await smallCluster();
  await play(lab, [fault('stop-component', { component: 'scheduler', forMs: 10 })]).done;
  expect(lab.events).toMatchObject([
    {
      type: 'fault.inject',
      targetKind: 'Component',
      component: 'scheduler',
      targets: [{ name: 'scheduler' }],
    },
    { type: 'fault.landed', proof: 'scheduler: stop seen' },
    { type: 'fault.undone', how: 'scheduler: start seen' },
  ]);
  expect(lab.received).toEqual([]);
});

test('that the API server is stopped is proven by asking it; what is stopped is not stopped again', async () => {
  await using lab = await smallCluster();
  const spec = fault('stop-component', { component: 'api-server' });
  const playing = play(lab, [spec, { ...spec, id: 'again' }], { proofDeadlineMs: 200 });
  await playing.done;
  expect(playing.failures.join('\n')).toMatch(/gave up waiting for the API server at \S+ to be away/);
  expect(playing.failures.join('\n')).toMatch(/found no target: the api-server is stopped already/);
});

test.each([
  ['kubelet', 'worker-2', 'Node', { name: 'worker-2', uid: 'uid-worker-2' }],
  ['kube-proxy', 'control-plane', 'Component', { name: 'kube-proxy', node: 'control-plane' }],
] as const)('the %s of %s is stopped there', async (component, node, targetKind, target) => {
  await using lab = await smallCluster();
  await play(lab, [fault('stop-component', { component, select: { ...one, node } })]).done;
  expect(lab.events).toMatchObject([
    { type: 'fault.inject', targetKind, component, targets: [target] },
    { type: 'fault.landed', proof: `${component} of ${node}: stop seen` },
  ]);
});

test('components run again before nodes are given back', async () => {
  await using lab = await smallCluster();
  const playing = play(lab, [fault('kill-node'), fault('stop-component', { component: 'scheduler' })]);
  await playing.done;
  await playing.rollBack(null);
  const undone = lab.events.flatMap((event) => (event.type === 'fault.undone' ? event.id : []));
  expect(undone).toEqual(['stop-component-1', 'kill-node-1']);
});

test('what the provider cannot do is known before anything is deployed', async () => {
  await using lab = await smallCluster({ power: ['kill', 'start'] });
  const { capabilities } = lab.cluster;
  expect(whyUnsupported(fault('kill-node'), capabilities)).toBeNull();
  expect(whyUnsupported(fault('kill-pod'), capabilities)).toBeNull();
  expect(whyUnsupported(fault('hang-node'), capabilities)).toBe(
    "this cluster's provider cannot do to a node what hang-node needs: pause, resume",
  );
  expect(whyUnsupported(fault('stop-component', { component: 'scheduler' }), capabilities)).toBe(
    "this cluster's provider cannot stop the scheduler",
  );
});

test('a fault that ends processes tells when each pod was seen to end, sooner than it is proven', async () => {
  await using lab = await smallCluster();
  await play(lab, [fault('kill-node', { select: { ...one, node: 'worker-1' } })]).done;
  const [inject, landed] = lab.events;
  if (landed?.type !== 'fault.landed' || inject === undefined) throw new Error('it did not land');
  expect(Object.keys(landed.ended ?? {}).toSorted()).toEqual(['a', 'b']);
  for (const t of Object.values(landed.ended ?? {})) {
    expect(t).toBeGreaterThanOrEqual(inject.t);
    expect(t).toBeLessThanOrEqual(landed.t);
  }
});

test.each(['delete-pod', 'hang-node'] as const)(
  '%s ends no process at once, so none is watched',
  async (type) => {
    await using lab = await smallCluster();
    await play(lab, [fault(type)]).done;
    const landed = lab.events.find((event) => event.type === 'fault.landed');
    expect(landed).toBeDefined();
    expect(landed).not.toHaveProperty('ended');
  },
);
