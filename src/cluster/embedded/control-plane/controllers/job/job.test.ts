import { describe, expect, test } from 'vitest';
import { rest } from '../../../../../../test/support/stepped-clock.ts';
import { resources } from '../../../api.ts';
import type { Job, Pod } from '../../../objects.ts';
import { startGarbageCollector } from '../garbage-collector/index.ts';
import { newLab, type Lab } from '../testing/lab.ts';
import { container, namespace } from '../testing/objects.ts';
import { startJobController } from './index.ts';
import { parseIndexes, printIndexes } from './indexes.ts';

const ref = { namespace, name: 'work' };

async function run(spec: Partial<NonNullable<Job['spec']>> = {}): Promise<Lab> {
  const lab = await newLab();
  lab.start(startJobController);
  await lab.api.create(resources.jobs, {
    metadata: { ...ref },
    spec: { template: { spec: { containers: [container()], restartPolicy: 'Never' } }, ...spec },
  });
  await rest();
  return lab;
}

async function end(lab: Lab, { metadata }: Pod, phase: 'Succeeded' | 'Failed'): Promise<void> {
  const name = metadata?.name ?? '';
  await lab.api.patch(resources.pods, { namespace, name }, { status: { phase } }, 'status');
  await rest();
}

async function active(lab: Lab): Promise<Pod[]> {
  return (await lab.pods()).filter(({ status }) => status?.phase === 'Pending');
}

async function job(lab: Lab): Promise<Job & { reasons: string[] }> {
  const job = await lab.api.get(resources.jobs, ref);
  const conditions = job.status?.conditions ?? [];
  return { ...job, reasons: conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`) };
}

test('a Job keeps as many pods as it may until enough have succeeded', async () => {
  const lab = await run({ completions: 3, parallelism: 2 });
  expect(await active(lab)).toHaveLength(2);
  for (let round = 0; round < 3; round += 1) {
    const [pod] = await active(lab);
    if (pod) await end(lab, pod, 'Succeeded');
  }
  const { status, reasons } = await job(lab);
  expect(status).toMatchObject({ succeeded: 3, completionTime: expect.any(String), ready: 0 });
  expect(status?.uncountedTerminatedPods).toEqual({});
  expect(reasons).toEqual(['SuccessCriteriaMet True CompletionsReached', 'Complete True CompletionsReached']);
  expect((await lab.pods()).flatMap(({ metadata }) => metadata?.finalizers ?? [])).toEqual([]);
  expect(await lab.messages('Completed')).toEqual(['Job completed']);
  expect(lab.lines).toEqual([]);
});

test('a pod that failed is replaced after a delay, until the limit is reached', async () => {
  const lab = await run({ backoffLimit: 1 });
  const [first] = await active(lab);
  if (first) await end(lab, first, 'Failed');
  expect(await active(lab)).toEqual([]);
  await lab.clock.advance(10_000);
  expect(await active(lab)).toHaveLength(1);
  const [last] = await active(lab);
  if (last) await end(lab, last, 'Failed');
  const { status, reasons } = await job(lab);
  expect(status?.failed).toBe(2);
  expect(reasons.at(-1)).toBe('Failed True BackoffLimitExceeded');
  expect(await lab.messages('BackoffLimitExceeded')).toEqual(['Job has reached the specified backoff limit']);
});

test('each pod of an Indexed Job has an index; one that failed is given out again', async () => {
  const lab = await run({ completions: 3, parallelism: 3, completionMode: 'Indexed' });
  const pods = await active(lab);
  expect(pods.map(({ metadata }) => metadata?.annotations)).toEqual(
    [0, 1, 2].map((index) => ({ 'batch.kubernetes.io/job-completion-index': String(index) })),
  );
  expect(pods[1]?.spec?.hostname).toBe('work-1');
  const [first, second, third] = pods;
  if (first) await end(lab, first, 'Succeeded');
  if (third) await end(lab, third, 'Succeeded');
  expect((await job(lab)).status?.completedIndexes).toBe('0,2');
  if (second) await end(lab, second, 'Failed');
  await lab.clock.advance(10_000);
  const [again] = await active(lab);
  expect(again?.metadata?.name).toMatch(/^work-1-/);
  if (again) await end(lab, again, 'Succeeded');
  expect((await job(lab)).status).toMatchObject({ completedIndexes: '0-2', succeeded: 3, failed: 1 });
});

test('a suspended Job has no pods, and begins again when it is resumed', async () => {
  const lab = await run({ suspend: true });
  expect(await lab.pods()).toEqual([]);
  expect((await job(lab)).reasons).toEqual(['Suspended True JobSuspended']);
  await lab.api.patch(resources.jobs, ref, { spec: { suspend: false } });
  await rest();
  expect(await active(lab)).toHaveLength(1);
  await lab.api.patch(resources.jobs, ref, { spec: { suspend: true } });
  await rest();
  expect(await lab.pods()).toEqual([]);
  expect((await job(lab)).status?.failed).toBeUndefined();
});

test('a Job fails when its deadline passes', async () => {
  const lab = await run({ activeDeadlineSeconds: 60 });
  await lab.clock.advance(60_000);
  expect(await lab.pods()).toEqual([]);
  expect((await job(lab)).reasons.at(-1)).toBe('Failed True DeadlineExceeded');
});

test('a finished Job goes with its pods when its time to live is over', async () => {
  const lab = await run({ ttlSecondsAfterFinished: 100 });
  lab.start(startGarbageCollector);
  const [pod] = await active(lab);
  if (pod) await end(lab, pod, 'Succeeded');
  await lab.clock.advance(99_000);
  expect(await lab.pods()).toHaveLength(1);
  await lab.clock.advance(1000);
  expect(await lab.pods()).toEqual([]);
  await expect(lab.api.get(resources.jobs, ref)).rejects.toMatchObject({ code: 404 });
});

describe('indexes', () => {
  test.for([
    ['', []],
    ['0', [0]],
    ['0,1', [0, 1]],
    ['0-2,5,7-9', [0, 1, 2, 5, 7, 8, 9]],
  ] as const)('%s', ([text, indexes]) => {
    expect(printIndexes(indexes)).toBe(text);
    expect([...parseIndexes(text, 10)]).toEqual(indexes);
  });
});
