import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../../../support/index.ts';
import { effectiveTimings } from '../../../spec.ts';
import { resources } from '../../api.ts';
import type { Pod } from '../../objects.ts';
import {
  condition,
  get,
  images,
  mainContainer,
  nodeName,
  patient,
  shell,
  TestCluster,
  web,
} from '../test-cluster.ts';
import { signalProcess } from '../runtime/groups.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start();
});
afterAll(() => cluster.stop());

describe('a container that is started', () => {
  test('takes as long as it is told to cost', async () => {
    const slow = await TestCluster.start({ containerStartMs: 300 });
    try {
      const createdAt = Date.now();
      await slow.createPod('costly', { containers: [web()] });
      const pod = await slow.readyPod('costly');
      const startedAt = mainContainer(pod)?.state?.running?.startedAt ?? '';
      // Timers may fire a millisecond early.
      expect(Date.parse(startedAt) - createdAt).toBeGreaterThanOrEqual(299);
    } finally {
      await slow.stop();
    }
  });

  test('is known to run only at the kubelet’s next look, and can be ended before', async () => {
    const blind = await TestCluster.start({ timings: effectiveTimings(10, { podRelistMs: 36_000_000 }) });
    try {
      await blind.createPod('unseen', { containers: [web()], terminationGracePeriodSeconds: 0 });
      await until(async () => (await blind.events('unseen')).some((event) => event.startsWith('Started')), {
        what: 'the event of its start',
        deadlineMs: 8_000,
        everyMs: 5,
      });
      const pod = await blind.pod('unseen');
      expect(pod?.status?.phase).toBe('Pending');
      expect(blind.groups()).toHaveLength(1);
      await blind.api.delete(resources.pods, { namespace: 'default', name: 'unseen' });
      await blind.goneWhen('unseen');
      await until(() => blind.groups().length === 0, {
        what: 'its process to be gone',
        deadlineMs: 8_000,
        everyMs: 5,
      });
    } finally {
      await blind.stop();
    }
  });
});

describe.concurrent('a pod', () => {
  test('runs, gets an address, passes its readiness probe and answers there', async () => {
    const readinessProbe = { httpGet: { path: '/ready', port: 8080 }, ...patient };
    await cluster.createPod('happy', { containers: [web({ readinessProbe })] });
    const pod = await cluster.readyPod('happy');
    expect(pod.status).toMatchObject({
      phase: 'Running',
      hostIP: `127.${cluster.config.addresses.block}.1.1`,
      podIP: expect.stringMatching(/^127\.\d+\.1\.\d+$/) as string,
    });
    expect(pod.status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'PodReadyToStartContainers=True',
      'Initialized=True',
      'Ready=True',
      'ContainersReady=True',
      'PodScheduled=True',
    ]);
    expect(mainContainer(pod)).toMatchObject({
      name: 'web',
      ready: true,
      started: true,
      restartCount: 0,
      image: 'web:1',
      state: { running: { startedAt: expect.any(String) as string } },
      containerID: expect.stringMatching(/^openbell:\/\/[0-9a-f]{64}$/) as string,
    });
    const env = (await (await get(pod)).json()) as Record<string, string>;
    expect(env).toMatchObject({
      POD_NAME: 'happy',
      POD_IP: pod.status?.podIP,
      NODE_NAME: nodeName,
      PORT: '8080',
      FROM_IMAGE: 'yes',
    });
    expect((await cluster.events('happy')).slice(0, 4)).toEqual([
      'Pulling: Pulling image "web:1"',
      expect.stringMatching(/^Pulled: Successfully pulled image "web:1" in \d+ms/),
      'Created: Created container: web',
      'Started: Started container web',
    ]);
  });

  test('that is deleted gets SIGTERM, its last status is written, and the object goes', async () => {
    await cluster.createPod('leaving', { containers: [web()] });
    const pod = await cluster.readyPod('leaving');
    await until(() => cluster.log(pod, 'web').includes('listening'), {
      what: 'the server',
      deadlineMs: 5_000,
    });
    await cluster.api.delete(resources.pods, { namespace: 'default', name: 'leaving' });
    await cluster.goneWhen('leaving');
    expect(cluster.log(pod, 'web')).toContain('asked to end');
    expect(await cluster.events('leaving')).toContain('Killing: Stopping container web');
  });

  test('that does not end by itself is killed when its grace is over', async () => {
    await cluster.createPod('stubborn', { containers: [shell(`trap '' TERM; while :; do sleep 1; done`)] });
    const pod = await cluster.readyPod('stubborn');
    await cluster.api.delete(
      resources.pods,
      { namespace: 'default', name: 'stubborn' },
      { gracePeriodSeconds: 5 },
    );
    await cluster.goneWhen('stubborn');
    expect(pod.metadata?.name).toBe('stubborn');
  });

  test('whose object is removed by force is ended all the same', async () => {
    await cluster.createPod('forced', { containers: [shell('echo $$$$; exec sleep 1000')] });
    const pod = await cluster.readyPod('forced');
    const pid = await until(() => Number(cluster.log(pod, 'main').split(' ')[3]) || undefined, {
      what: 'its process id',
      deadlineMs: 5_000,
    });
    const ref = { namespace: 'default', name: 'forced' };
    await cluster.api.delete(resources.pods, ref, { gracePeriodSeconds: 0 });
    await until(() => !signalProcess(pid, 0), { what: 'its process to be gone', deadlineMs: 5_000 });
  });

  test('that keeps failing is restarted with growing delays', async () => {
    await cluster.createPod('crashing', { containers: [shell('exit 3')] });
    const pod = await cluster.podWhen('crashing', 'backing off', (each) => {
      const status = mainContainer(each);
      return status?.state?.waiting?.reason === 'CrashLoopBackOff' && status.restartCount >= 2;
    });
    expect(mainContainer(pod)).toMatchObject({
      ready: false,
      lastState: { terminated: { exitCode: 3, reason: 'Error' } },
      state: {
        waiting: {
          message: expect.stringMatching(/^back-off (20|40)s restarting failed container=main/) as string,
        },
      },
    });
    expect(pod.status?.phase).toBe('Running');
    expect(condition(pod, 'Ready')).toBe('False');
    expect(await cluster.events('crashing')).toContainEqual(
      `BackOff: Back-off restarting failed container main in pod crashing_default(${pod.metadata?.uid})`,
    );
  });

  test.each([
    ['finished', 'exit 0', 'Succeeded'],
    ['failed', 'exit 1', 'Failed'],
  ])('that is not to be restarted has %s when its container ended with "%s"', async (name, script, phase) => {
    await cluster.createPod(name, { restartPolicy: 'Never', containers: [shell(script)] });
    const pod = await cluster.podWhen(name, phase, ({ status }) => status?.phase === phase);
    expect(condition(pod, 'Ready')).toBe('False');
    expect(mainContainer(pod)?.restartCount).toBe(0);
  });

  test('with an unknown image waits, and runs when the image is there', async () => {
    await cluster.createPod('early', { containers: [{ ...web(), image: 'late:1' }] });
    const waiting = (reason: string) => (pod: Pod) => mainContainer(pod)?.state?.waiting?.reason === reason;
    await cluster.podWhen('early', 'failing to pull', waiting('ErrImagePull'));
    await cluster.podWhen('early', 'backing off', waiting('ImagePullBackOff'));
    const [first] = images;
    cluster.loadImages([...images, { ...(first as (typeof images)[number]), name: 'late:1' }]);
    await cluster.readyPod('early');
    expect(await cluster.events('early')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Failed: Failed to pull image "late:1": .*not found/),
        'Failed: Error: ErrImagePull',
        'BackOff: Back-off pulling image "late:1"',
        'Failed: Error: ImagePullBackOff',
      ]),
    );
  });

  test('whose program cannot be started says why', async () => {
    await cluster.createPod('broken', { containers: [{ ...shell(''), command: ['/no/such/program'] }] });
    const pod = await cluster.podWhen(
      'broken',
      'failing',
      (each) => mainContainer(each)?.lastState?.terminated !== undefined,
    );
    expect(mainContainer(pod)?.lastState?.terminated).toMatchObject({ exitCode: 128, reason: 'StartError' });
  });

  test('waits for a ConfigMap that its environment needs', async () => {
    const env = [{ name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'settings', key: 'level' } } }];
    await cluster.createPod('configured', { containers: [web({ env })] });
    const pod = await cluster.podWhen(
      'configured',
      'waiting',
      (each) => mainContainer(each)?.state?.waiting?.reason === 'CreateContainerConfigError',
    );
    expect(mainContainer(pod)?.state?.waiting?.message).toBe('configmap "settings" not found');
    await cluster.api.create(resources.configMaps, {
      metadata: { name: 'settings', namespace: 'default' },
      data: { level: '11' },
    });
    const ready = await cluster.readyPod('configured');
    const answer = await until(async () => get(ready), { what: 'its answer', deadlineMs: 5_000 });
    expect(await answer.json()).toMatchObject({ LEVEL: '11' });
  });

  test('runs its init containers one after the other before the others', async () => {
    await cluster.createPod('prepared', {
      initContainers: [
        { ...shell('date +%s%N; sleep 0.1'), name: 'first' },
        { ...shell('date +%s%N'), name: 'second' },
      ] as NonNullable<Pod['spec']>['containers'],
      containers: [shell('date +%s%N; sleep 1000')],
    });
    const pod = await cluster.readyPod('prepared');
    expect(pod.status?.initContainerStatuses?.map(({ state }) => state?.terminated?.reason)).toEqual([
      'Completed',
      'Completed',
    ]);
    const times = await until(
      () => {
        const printed = ['first', 'second', 'main'].map((name) => cluster.log(pod, name).split(' ')[3] ?? '');
        return printed.every((time) => time !== '') ? printed : undefined;
      },
      { what: 'the three logs', deadlineMs: 5_000 },
    );
    expect(times.toSorted()).toEqual(times);
  });
});

describe.concurrent('the end of a pod', () => {
  test('begins with its preStop hook, and its sidecars end last', async () => {
    const lifecycle = { preStop: { exec: { command: ['sh', '-c', 'echo hook >> "$BOOK"'] } } };
    const env = [{ name: 'BOOK', value: `${cluster.runDir}/book` }];
    const note = (word: string): string =>
      `trap 'echo ${word} >> "$BOOK"; exit 0' TERM; while :; do sleep 0.02; done`;
    await cluster.createPod('orderly', {
      initContainers: [{ ...shell(note('sidecar'), { env }), name: 'sidecar', restartPolicy: 'Always' }],
      containers: [shell(note('main'), { env, lifecycle })],
    });
    await cluster.readyPod('orderly');
    // Ready is when the shells were started; their traps are set a moment later.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await cluster.api.delete(resources.pods, { namespace: 'default', name: 'orderly' });
    await cluster.goneWhen('orderly');
    expect(readFileSync(`${cluster.runDir}/book`, 'utf8')).toBe('hook\nmain\nsidecar\n');
  });
});

describe.concurrent('probes', () => {
  test('take a pod that is not ready any more out, and leave it running', async () => {
    const readinessProbe = { httpGet: { path: '/ready', port: 8080 }, failureThreshold: 2, ...patient };
    await cluster.createPod('flipping', { containers: [web({ readinessProbe })] });
    const pod = await cluster.readyPod('flipping');
    await get(pod, '/flip');
    const unready = await cluster.podWhen(
      'flipping',
      'not ready',
      (each) => condition(each, 'Ready') === 'False',
    );
    expect(unready.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [web]',
    });
    expect(mainContainer(unready)?.restartCount).toBe(0);
    expect(await cluster.events('flipping')).toContain(
      'Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503',
    );
  });

  test('restart a container that is not alive any more', async () => {
    const livenessProbe = { httpGet: { path: '/ready', port: 8080 }, initialDelaySeconds: 15, ...patient };
    await cluster.createPod('dying', { containers: [web({ livenessProbe })] });
    const pod = await cluster.readyPod('dying');
    await until(() => cluster.log(pod, 'web').includes('listening'), {
      what: 'the server',
      deadlineMs: 5_000,
    });
    await get(pod, '/flip');
    await cluster.podWhen('dying', 'restarted', (each) => mainContainer(each)?.restartCount === 1);
    expect(await cluster.events('dying')).toContain(
      'Killing: Container web failed liveness probe, will be restarted',
    );
  });

  test('of startup come first: the others wait until it has succeeded', async () => {
    const startupProbe = {
      exec: { command: ['sh', '-c', 'test -e "$MARK"'] },
      failureThreshold: 10_000,
      ...patient,
    };
    const mark = `${cluster.runDir}/mark`;
    await cluster.createPod('slow', {
      containers: [shell('sleep 1000', { startupProbe, env: [{ name: 'MARK', value: mark }] })],
    });
    const waiting = await cluster.podWhen(
      'slow',
      'running',
      (each) => mainContainer(each)?.state?.running !== undefined,
    );
    expect(mainContainer(waiting)).toMatchObject({ started: false, ready: false });
    await until(
      async () =>
        (await cluster.events('slow')).some((event) => event.startsWith('Unhealthy: Startup probe failed')),
      {
        what: 'a failed startup probe',
        deadlineMs: 5_000,
      },
    );
    await writeFile(mark, '');
    expect(mainContainer(await cluster.readyPod('slow'))).toMatchObject({ started: true, ready: true });
  });
});
