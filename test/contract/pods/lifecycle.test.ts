import { describe, expect } from 'vitest';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { nominal, test } from '../support/lab.ts';
import { container, pod } from '../support/objects.ts';
import { ended, eventMessage, hasPrinted, ready, running } from '../support/wait.ts';

function conditions({ status }: Pod): Record<string, string> {
  return Object.fromEntries((status?.conditions ?? []).map(({ type, status }) => [type, status]));
}

describe('a pod', () => {
  test('that runs says where, since when and as what', async ({ lab }) => {
    await lab.create('pods', pod('a'));
    const { spec, status } = await ready(lab, 'a');
    expect(spec?.nodeName).toBeTruthy();
    expect(status).toMatchObject({
      phase: 'Running',
      podIP: expect.any(String),
      podIPs: [{ ip: status?.podIP }],
      hostIP: expect.any(String),
      startTime: expect.any(String),
      qosClass: 'Burstable',
      containerStatuses: [
        {
          name: 'main',
          ready: true,
          started: true,
          restartCount: 0,
          image: expect.any(String),
          imageID: expect.any(String),
          containerID: expect.stringMatching(/^\w+:\/\/[0-9a-f]{64}$/),
          state: { running: { startedAt: expect.any(String) } },
          lastState: {},
        },
      ],
    });
  });

  test('has the conditions of its way to readiness', async ({ lab }) => {
    await lab.create('pods', pod('a'));
    expect(conditions(await ready(lab, 'a'))).toEqual({
      PodReadyToStartContainers: 'True',
      Initialized: 'True',
      Ready: 'True',
      ContainersReady: 'True',
      PodScheduled: 'True',
    });
  });

  test('that ends well has Succeeded, and is no longer ready', async ({ lab }) => {
    await lab.create('pods', pod('a', { containers: [container('')], restartPolicy: 'Never' }));
    const over = await ended(lab, 'a');
    expect(over.status?.phase).toBe('Succeeded');
    expect(over.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 0,
      reason: 'Completed',
    });
    expect(conditions(over)).toMatchObject({ Ready: 'False', ContainersReady: 'False' });
    expect(over.status?.conditions?.find(({ type }) => type === 'Ready')?.reason).toBe('PodCompleted');
  });

  test('that ends badly has Failed', async ({ lab }) => {
    await lab.create(
      'pods',
      pod('a', { containers: [container('process.exit(3)')], restartPolicy: 'Never' }),
    );
    const over = await ended(lab, 'a');
    expect(over.status?.phase).toBe('Failed');
    expect(over.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 3,
      reason: 'Error',
    });
  });

  test('that ends is started again, with growing delays', async ({ lab }) => {
    await lab.create('pods', pod('a', { containers: [container('process.exit(1)')] }));
    const { status } = await lab.eventually<Pod>(
      'pods',
      'a',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
      nominal(60),
    );
    const [main] = status?.containerStatuses ?? [];
    expect(main?.state?.waiting?.message).toMatch(
      /^back-off \d+s restarting failed container=main pod=a_contract-\w+\([0-9a-f-]+\)$/,
    );
    expect(main?.lastState?.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
    expect(await eventMessage(lab, 'a', 'BackOff')).toMatch(
      /^Back-off restarting failed container main in pod a_contract-\w+\([0-9a-f-]+\)$/,
    );
  });

  test('with restartPolicy OnFailure is started again only after a failure', async ({ lab }) => {
    await lab.create('pods', pod('a', { containers: [container('')], restartPolicy: 'OnFailure' }));
    expect((await ended(lab, 'a')).status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  test('whose image nobody has cannot start, and says why', async ({ lab }) => {
    const odd = container('', { image: 'no.such.registry.example/none:1', imagePullPolicy: 'IfNotPresent' });
    await lab.create('pods', pod('a', { containers: [odd] }));
    await lab.eventually<Pod>(
      'pods',
      'a',
      ({ status }) =>
        /^(ErrImagePull|ImagePullBackOff)$/.test(
          status?.containerStatuses?.[0]?.state?.waiting?.reason ?? '',
        ),
      nominal(60),
    );
    expect(await eventMessage(lab, 'a', 'Failed')).toContain('no.such.registry.example/none:1');
  });

  test('whose image must be there already and is not waits with ErrImageNeverPull', async ({ lab }) => {
    const odd = container('', { image: 'never/pulled:1', imagePullPolicy: 'Never' });
    await lab.create('pods', pod('a', { containers: [odd] }));
    const { status } = await lab.eventually<Pod>(
      'pods',
      'a',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImageNeverPull',
      nominal(60),
    );
    expect(status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(
      'Container image "never/pulled:1" is not present with pull policy of Never',
    );
  });

  test('whose program cannot be started says StartError', async ({ lab }) => {
    const odd = container('', { command: ['/no/such/program'] });
    await lab.create('pods', pod('a', { containers: [odd], restartPolicy: 'Never' }));
    const over = await ended(lab, 'a');
    expect(over.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
    });
  });

  test('past its own deadline has Failed for that reason', async ({ lab }) => {
    await lab.create('pods', pod('a', { activeDeadlineSeconds: 5, restartPolicy: 'Never' }));
    const over = await ended(lab, 'a');
    expect(over.status).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  });

  test('tells of its life in Events', async ({ lab }) => {
    await lab.create('pods', pod('a'));
    const { spec } = await running(lab, 'a');
    expect(await eventMessage(lab, 'a', 'Scheduled')).toBe(
      `Successfully assigned ${lab.namespace}/a to ${spec?.nodeName}`,
    );
    expect(await eventMessage(lab, 'a', 'Created')).toBe('Created container: main');
    expect(await eventMessage(lab, 'a', 'Started')).toBe('Started container main');
    await lab.remove('pods', 'a');
    expect(await eventMessage(lab, 'a', 'Killing')).toBe('Stopping container main');
  });
});

describe('the end of a pod', () => {
  test('SIGTERM first, then the grace period, then SIGKILL', async ({ lab }) => {
    const polite =
      "process.on('SIGTERM', () => { console.log('asked'); }); setInterval(() => {}, 50); console.log('up');";
    await lab.create(
      'pods',
      pod(
        'a',
        { containers: [container(polite)], terminationGracePeriodSeconds: 20 },
        { finalizers: ['example.com/hold'] },
      ),
    );
    await running(lab, 'a');
    await hasPrinted(lab, 'a', 'up\n');
    await lab.remove('pods', 'a');
    await hasPrinted(lab, 'a', 'up\nasked\n');
    const { status } = await lab.eventually<Pod>(
      'pods',
      'a',
      ({ status }) => status?.containerStatuses?.[0]?.state?.terminated !== undefined,
      nominal(40),
    );
    expect(status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(137);
    await lab.patch('pods', 'a', { metadata: { finalizers: null } });
    await lab.gone('pods', 'a');
  });
});

describe('several containers', () => {
  test('run side by side, and the pod is ready when all are', async ({ lab }) => {
    const side = container(undefined, { name: 'side' });
    await lab.create('pods', pod('a', { containers: [container(), side] }));
    const { status } = await ready(lab, 'a');
    expect(status?.containerStatuses?.map(({ name, ready }) => [name, ready])).toEqual([
      ['main', true],
      ['side', true],
    ]);
  });

  test('of which one fails make the pod not ready', async ({ lab }) => {
    const side = container('process.exit(1)', { name: 'side' });
    await lab.create('pods', pod('a', { containers: [container(), side], restartPolicy: 'Never' }));
    const { status } = await lab.eventually<Pod>(
      'pods',
      'a',
      ({ status }) =>
        status?.containerStatuses?.some(({ state }) => state?.terminated !== undefined) === true &&
        status.phase === 'Running',
      nominal(60),
    );
    const isReady = status?.conditions?.find(({ type }) => type === 'Ready');
    expect(isReady).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [side]',
    });
  });
});

describe('init containers', () => {
  test('run one after the other before the others', async ({ lab }) => {
    const inits = ['one', 'two'].map((name) => container(`console.log('${name}')`, { name }));
    await lab.create('pods', pod('a', { initContainers: inits, restartPolicy: 'Never' }));
    const { status } = await running(lab, 'a');
    const [one, two] = status?.initContainerStatuses ?? [];
    expect([one, two].map((it) => it?.state?.terminated?.reason)).toEqual(['Completed', 'Completed']);
    const finished = Date.parse(one?.state?.terminated?.finishedAt ?? '');
    expect(Date.parse(two?.state?.terminated?.startedAt ?? '')).toBeGreaterThanOrEqual(finished);
  });

  test('that fail keep the others from starting', async ({ lab }) => {
    const init = container('process.exit(1)', { name: 'init' });
    await lab.create('pods', pod('a', { initContainers: [init], restartPolicy: 'Never' }));
    const over = await ended(lab, 'a');
    expect(over.status?.phase).toBe('Failed');
    expect(over.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('PodInitializing');
    expect(conditions(over)['Initialized']).toBe('False');
  });

  test('with restartPolicy Always are sidecars: they keep running', async ({ lab }) => {
    const sidecar = container(undefined, { name: 'sidecar', restartPolicy: 'Always' });
    await lab.create('pods', pod('a', { initContainers: [sidecar] }));
    const { status } = await ready(lab, 'a');
    expect(status?.initContainerStatuses?.[0]?.state?.running).toBeDefined();
  });
});
