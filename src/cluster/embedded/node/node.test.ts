import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../../support/index.ts';
import { resources } from '../api.ts';
import { condition, get, mainContainer, nodeName, patient, shell, TestCluster, web } from './test-cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start();
});
afterAll(() => cluster.stop());

describe('the node', () => {
  test('registers with its capacity, address, labels and healthy conditions', async () => {
    const node = await cluster.api.get(resources.nodes, { name: nodeName });
    const { block } = cluster.config.addresses;
    expect(node.metadata?.labels).toMatchObject({ 'kubernetes.io/hostname': nodeName, zone: 'a' });
    expect(node.status?.allocatable).toEqual({ cpu: '4', memory: '1Gi', pods: '110' });
    expect(node.status?.addresses?.[0]).toEqual({ type: 'InternalIP', address: `127.${block}.1.1` });
    expect(node.status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'MemoryPressure=False',
      'DiskPressure=False',
      'PIDPressure=False',
      'Ready=True',
    ]);
  });

  test('renews its lease', async () => {
    const renewTime = async (): Promise<string | undefined> =>
      (await cluster.api.get(resources.leases, { namespace: 'kube-node-lease', name: nodeName })).spec
        ?.renewTime;
    const first = await renewTime();
    await until(async () => (await renewTime()) !== first, { what: 'the next renewal', deadlineMs: 5_000 });
  });

  test('says so when somebody marked it not ready', async () => {
    const ready = async (): Promise<string | undefined> =>
      (await cluster.api.get(resources.nodes, { name: nodeName })).status?.conditions?.find(
        ({ type }) => type === 'Ready',
      )?.status;
    const lost = { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' };
    await cluster.api.patch(
      resources.nodes,
      { name: nodeName },
      { status: { conditions: [lost] } },
      'status',
    );
    await until(async () => (await ready()) === 'True', { what: 'the node to be Ready', deadlineMs: 5_000 });
  });
});

describe('what others do to a pod’s status', () => {
  test('is put right where it is the kubelet’s to say, and kept where it is not', async () => {
    await cluster.createPod('watched', { containers: [web()] });
    const { status } = await cluster.readyPod('watched');
    const conditions = [
      ...(status?.conditions ?? []).map((each) =>
        each.type === 'Ready' ? { ...each, status: 'False' } : each,
      ),
      { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager' },
    ];
    const ref = { namespace: 'default', name: 'watched' };
    await cluster.api.patch(resources.pods, ref, { status: { conditions } }, 'status');
    const pod = await cluster.readyPod('watched');
    expect(condition(pod, 'DisruptionTarget')).toBe('True');
  });
});

describe('metrics', () => {
  test('of a pod appear after a full window, those of the node too', async () => {
    await cluster.createPod('busy', { containers: [shell('while :; do :; done')] });
    const metrics = await until(
      async () =>
        cluster.api.get(resources.podMetrics, { namespace: 'default', name: 'busy' }).catch(() => undefined),
      { what: 'its metrics', deadlineMs: 5_000, everyMs: 20 },
    );
    expect(metrics).toMatchObject({
      metadata: { labels: { app: 'busy' } },
      window: expect.stringMatching(/^0\.\d+s$/) as string,
      containers: [{ name: 'main', usage: { cpu: expect.stringMatching(/^\d+n$/) as string } }],
    });
    expect(Number.parseInt(metrics.containers[0]?.usage.cpu ?? '0', 10)).toBeGreaterThan(0);
    const node = await cluster.api.get(resources.nodeMetrics, { name: nodeName });
    expect(Number.parseInt(node.usage.memory, 10)).toBeGreaterThan(0);
    await cluster.api.delete(
      resources.pods,
      { namespace: 'default', name: 'busy' },
      { gracePeriodSeconds: 0 },
    );
  });
});

describe('the kubelet', () => {
  const readinessProbe = { httpGet: { path: '/ready', port: 8080 }, ...patient };

  test('may be stopped and started: the containers run on and are taken over', async () => {
    await cluster.createPod('lasting', { containers: [web({ readinessProbe })] });
    const before = await cluster.readyPod('lasting');
    cluster.node.component('kubelet', 'stop');
    await cluster.createPod('unattended', { containers: [web()] });
    expect((await get(before)).status).toBe(200);
    cluster.node.component('kubelet', 'start');
    await cluster.readyPod('unattended');
    const after = await cluster.readyPod('lasting');
    expect(mainContainer(after)?.containerID).toBe(mainContainer(before)?.containerID);
    await cluster.api.delete(resources.pods, { namespace: 'default', name: 'lasting' });
    await cluster.goneWhen('lasting');
  });

  test('starts the pods again after the power was lost, and ends those that were deleted meanwhile', async () => {
    await cluster.createPod('survivor', { containers: [web()] });
    await cluster.createPod('evicted', { containers: [web()] });
    const before = await cluster.readyPod('survivor');
    await cluster.readyPod('evicted');
    cluster.node.component('kubelet', 'stop');
    await cluster.api.delete(resources.pods, { namespace: 'default', name: 'evicted' });
    await cluster.cutPowerAndBoot();
    const pod = await cluster.podWhen(
      'survivor',
      'running again',
      (each) => mainContainer(each)?.restartCount === 1 && condition(each, 'Ready') === 'True',
    );
    expect(mainContainer(pod)?.lastState?.terminated).toMatchObject({ exitCode: 255, reason: 'Unknown' });
    expect(pod.status?.podIP).toBe(before.status?.podIP);
    await cluster.goneWhen('evicted');
  });
});

describe('where the OS has only one address', () => {
  let single: TestCluster;
  beforeAll(async () => {
    const addresses = { mode: 'single', block: 0 } as const;
    single = await TestCluster.start({ addresses, index: 0, role: 'control-plane' });
  });
  afterAll(() => single.stop());

  test('pods get ports of their own, and Services lead to them', async () => {
    const readinessProbe = { httpGet: { path: '/ready', port: 8080 }, ...patient };
    const service = await single.api.create(resources.services, {
      metadata: { name: 'shop', namespace: 'default' },
      spec: { type: 'NodePort', selector: {}, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    });
    const containers = [web({ readinessProbe })];
    await single.createPod('one', { containers });
    await single.createPod('two', { containers });
    const pods = [await single.readyPod('one'), await single.readyPod('two')];
    const ports = pods.map(({ metadata }) => {
      const map = JSON.parse(metadata?.annotations?.['openbell.dev/port-map'] ?? '{}') as Record<
        string,
        number
      >;
      return map['8080'] ?? 0;
    });
    expect(new Set(ports).size).toBe(2);

    for (const [n, port] of ports.entries()) {
      await single.api.create(resources.endpointSlices, {
        metadata: {
          name: `shop-${n}`,
          namespace: 'default',
          labels: { 'kubernetes.io/service-name': 'shop' },
        },
        addressType: 'IPv4',
        ports: [{ name: 'http', port, protocol: 'TCP' }],
        endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
      });
    }
    const nodePort = service.spec?.ports?.[0]?.nodePort;
    const served = new Set<string>();
    const env = await until(
      async () => {
        const answer = await fetch(`http://127.0.0.1:${nodePort}/`, { headers: { connection: 'close' } });
        const env = (await answer.json()) as Record<string, string>;
        served.add(env['POD_NAME'] ?? '');
        return served.size === 2 ? env : undefined;
      },
      { what: 'answers of both pods', deadlineMs: 5_000, everyMs: 5 },
    );
    const throughService = await fetch(`http://${env['SHOP_SERVICE_HOST']}:${env['SHOP_SERVICE_PORT']}/`);
    expect(await throughService.json()).toMatchObject({ POD_IP: '127.0.0.1' });
  });
});
