import { expect, test } from 'vitest';
import { rest } from '../../../../../test/support/stepped-clock.ts';
import { resources } from '../../api.ts';
import { newLab } from '../controllers/testing/lab.ts';
import { container, namespace, node, pod } from '../controllers/testing/objects.ts';
import { startScheduler } from './index.ts';

test('pods are bound at once, round the nodes, and an Event says where', async () => {
  const lab = await newLab();
  for (const name of ['a', 'b', 'c']) await lab.api.create(resources.nodes, node(name));
  lab.start(startScheduler);
  for (let index = 0; index < 6; index += 1) await lab.api.create(resources.pods, pod(`p${index}`));
  await rest();
  const nodes = (await lab.pods()).map(({ spec }) => spec?.nodeName);
  expect([...nodes].map(String).sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  expect(await lab.messages('Scheduled')).toContain(`Successfully assigned default/p0 to ${nodes[0]}`);
  expect(lab.lines).toEqual([]);
});

test('a pod that fits nowhere says why, and is placed when a node joins', async () => {
  const lab = await newLab({ speedup: 10 });
  await lab.api.create(resources.nodes, node('small', { allocatable: { cpu: '50m' } }));
  lab.start(startScheduler);
  await lab.api.create(resources.pods, pod('p'));
  await rest();
  const [waiting] = await lab.pods();
  expect(waiting?.status?.conditions).toMatchObject([
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: expect.stringMatching(/1 Insufficient cpu/),
    },
  ]);
  expect(await lab.messages('FailedScheduling')).toHaveLength(1);

  await lab.clock.advance(5000);
  await lab.api.create(resources.nodes, node('large'));
  await rest();
  expect((await lab.pods())[0]?.spec?.nodeName).toBe('large');
});

test('a pod that waits for room takes the place of one that goes', async () => {
  const lab = await newLab();
  await lab.api.create(resources.nodes, node('a', { allocatable: { pods: '1' } }));
  lab.start(startScheduler);
  await lab.api.create(resources.pods, pod('first'));
  await rest();
  await lab.api.create(resources.pods, pod('second'));
  await lab.clock.advance(60_000);
  await lab.api.delete(resources.pods, { namespace, name: 'first' }, { gracePeriodSeconds: 0 });
  await lab.clock.advance(1);
  expect((await lab.pods()).map(({ spec }) => spec?.nodeName)).toEqual(['a']);
});

test('a retry right after a failure waits for its back-off, which the speed-up divides', async () => {
  const lab = await newLab({ speedup: 10 });
  lab.start(startScheduler);
  await lab.api.create(resources.pods, pod('p', { containers: [container('1')] }));
  await rest();
  await lab.api.create(resources.nodes, node('a'));
  await lab.clock.advance(99);
  expect((await lab.pods())[0]?.spec?.nodeName).toBeUndefined();
  await lab.clock.advance(2);
  expect((await lab.pods())[0]?.spec?.nodeName).toBe('a');
});

test('pods of another scheduler and gated pods are left alone', async () => {
  const lab = await newLab();
  await lab.api.create(resources.nodes, node('a'));
  lab.start(startScheduler);
  await lab.api.create(resources.pods, pod('theirs', { schedulerName: 'other' }));
  await lab.api.create(resources.pods, pod('gated', { schedulingGates: [{ name: 'wait' }] }));
  await rest();
  expect((await lab.pods()).map(({ spec }) => spec?.nodeName)).toEqual([undefined, undefined]);
});

test('a stopped scheduler binds nothing, the next one takes over', async () => {
  const lab = await newLab();
  await lab.api.create(resources.nodes, node('a'));
  const first = lab.start(startScheduler);
  await rest();
  await first.stop();
  await lab.api.create(resources.pods, pod('p'));
  await rest();
  expect((await lab.pods())[0]?.spec?.nodeName).toBeUndefined();
  lab.start(startScheduler);
  await rest();
  expect((await lab.pods())[0]?.spec?.nodeName).toBe('a');
});
