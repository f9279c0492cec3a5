import { describe, expect } from 'vitest';
import type { EndpointSlice, Pod, Service } from '../../../src/kubernetes/objects.ts';
import { until } from '../../../src/support/index.ts';
import { nominal, test, type Lab } from '../support/lab.ts';
import { container, pod, replicated, service } from '../support/objects.ts';
import { ended, printed, ready, rolledOut } from '../support/wait.ts';

/** Answers with its pod's name. */
const server = `
  process.on('SIGTERM', () => process.exit(0));
  require('node:http').createServer((request, response) => response.end(process.env.WHO))
    .listen(Number(process.env.PORT ?? 8080), process.env.POD_IP);`;
const env = [
  { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
  { name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
];
const serving = {
  containers: [
    container(server, {
      env,
      ports: [{ name: 'http', containerPort: 8080 }],
      readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
    }),
  ],
};

/** Asks so many times, each time over a new connection, and prints who answered; asks again where nobody does. */
function asking(times: number): string {
  return `
    const { SVC_SERVICE_HOST: host, SVC_SERVICE_PORT: port } = process.env;
    const ask = () => new Promise((resolve, reject) => require('node:http').get(
      { host, port, agent: false }, (response) => response.on('data', (body) => resolve(String(body)))).on('error', reject));
    (async () => {
      const seen = {};
      for (let i = 0, missed = 0; i < ${times};) {
        try { const who = await ask(); seen[who] = (seen[who] ?? 0) + 1; i += 1; }
        catch (error) { if ((missed += 1) > 50) throw error; await new Promise((r) => setTimeout(r, 100)); }
      }
      console.log(JSON.stringify(seen));
    })();`;
}

async function answers(lab: Lab, times = 40): Promise<Record<string, number>> {
  await lab.create('pods', pod('client', { containers: [container(asking(times))], restartPolicy: 'Never' }));
  const over = await ended(lab, 'client');
  const text = await printed(lab, 'client');
  expect([over.status?.phase, text]).toEqual(['Succeeded', expect.stringContaining('{')]);
  return JSON.parse(text) as Record<string, number>;
}

async function slicesOf(lab: Lab, name: string): Promise<EndpointSlice[]> {
  const query = { labelSelector: `kubernetes.io/service-name=${name}` };
  return (await lab.list<EndpointSlice>('endpointslices', query)).body.items;
}

type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];

async function endpoints(lab: Lab, isRight: (endpoints: Endpoint[]) => boolean): Promise<Endpoint[]> {
  return until(
    async () => {
      const all = (await slicesOf(lab, 'svc')).flatMap(({ endpoints }) => endpoints ?? []);
      return isRight(all) ? all : undefined;
    },
    { what: 'endpoints', deadlineMs: nominal(60) * 1000 },
  );
}

describe('a Service', () => {
  test('has an EndpointSlice with its ready pods', async ({ lab }) => {
    await lab.create(
      'services',
      service('svc', { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] }),
    );
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 2, pod: serving }));
    await rolledOut(lab, 'web');
    await endpoints(lab, (all) => all.filter(({ conditions }) => conditions?.ready).length === 2);
    const [slice] = await slicesOf(lab, 'svc');
    expect(slice).toMatchObject({
      addressType: 'IPv4',
      metadata: {
        labels: {
          'kubernetes.io/service-name': 'svc',
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
        ownerReferences: [{ kind: 'Service', name: 'svc', controller: true, blockOwnerDeletion: true }],
      },
      ports: [{ name: 'http', protocol: 'TCP', port: expect.any(Number) }],
    });
    const pods = await lab.pods('app=web');
    expect(slice?.endpoints?.map(({ targetRef }) => targetRef?.name).sort()).toEqual(
      pods.map(({ metadata }) => metadata?.name ?? '').sort(),
    );
    expect(slice?.endpoints?.[0]).toMatchObject({
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: expect.any(String),
    });
  });

  test('spreads new connections over its pods', async ({ lab }) => {
    await lab.create(
      'services',
      service('svc', { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] }),
    );
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 2, pod: serving }));
    await rolledOut(lab, 'web');
    await endpoints(lab, (all) => all.filter(({ conditions }) => conditions?.ready).length === 2);
    // A node's kube-proxy may hear of the second pod a moment after the first.
    const spread = async (): Promise<boolean> => {
      const seen = await answers(lab);
      await lab.remove('pods', 'client', { gracePeriodSeconds: 0 });
      await lab.gone('pods', 'client');
      return Object.keys(seen).length === 2;
    };
    await until(spread, { what: 'answers of both pods', deadlineMs: nominal(60) * 1000 });
  });

  test('with session affinity sends a client to the same pod', async ({ lab }) => {
    await lab.create(
      'services',
      service('svc', {
        selector: { app: 'web' },
        sessionAffinity: 'ClientIP',
        ports: [{ port: 80, targetPort: 8080 }],
      }),
    );
    const { body } = await lab.get<Service>('services', 'svc');
    expect(body.spec?.sessionAffinityConfig).toEqual({ clientIP: { timeoutSeconds: 10_800 } });
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 3, pod: serving }));
    await rolledOut(lab, 'web');
    await endpoints(lab, (all) => all.filter(({ conditions }) => conditions?.ready).length === 3);
    expect(Object.keys(await answers(lab, 15))).toHaveLength(1);
  });

  test('that is headless has no address, but endpoints', async ({ lab }) => {
    await lab.create('services', service('svc', { selector: { app: 'web' }, clusterIP: 'None' }));
    const { body } = await lab.get<Service>('services', 'svc');
    expect(body.spec).toMatchObject({ clusterIP: 'None', clusterIPs: ['None'] });
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 1, pod: serving }));
    await rolledOut(lab, 'web');
    await endpoints(lab, (all) => all.length === 1);
    const [slice] = await slicesOf(lab, 'svc');
    expect(slice?.metadata?.labels).toHaveProperty(['service.kubernetes.io/headless']);
  });

  test('leaves pods out that are not ready, unless it publishes them', async ({ lab }) => {
    const unready = container(server, {
      env,
      readinessProbe: {
        exec: { command: ['node', '-e', 'process.exit(1)'] },
        periodSeconds: 1,
        timeoutSeconds: 10,
      },
    });
    await lab.create('pods', pod('a', { containers: [unready] }, { labels: { app: 'web' } }));
    await lab.create('services', service('svc', { selector: { app: 'web' } }));
    const [endpoint] = await endpoints(lab, (all) => all.length === 1);
    expect(endpoint?.conditions).toEqual({ ready: false, serving: false, terminating: false });
    await lab.patch('services', 'svc', { spec: { publishNotReadyAddresses: true } });
    const [published] = await endpoints(lab, (all) => all[0]?.conditions?.ready === true);
    expect(published?.conditions).toMatchObject({ ready: true });
  });

  test('shows pods on their way out as terminating, while they still serve', async ({ lab }) => {
    const stubborn = container(
      `process.on('SIGTERM', () => {}); ${server.replace("process.on('SIGTERM', () => process.exit(0));", '')}`,
      { env, ports: [{ containerPort: 8080 }] },
    );
    await lab.create(
      'pods',
      pod('a', { containers: [stubborn], terminationGracePeriodSeconds: 30 }, { labels: { app: 'web' } }),
    );
    await lab.create('services', service('svc', { selector: { app: 'web' } }));
    await ready(lab, 'a');
    await endpoints(lab, (all) => all[0]?.conditions?.ready === true);
    await lab.remove('pods', 'a');
    const [endpoint] = await endpoints(lab, (all) => all[0]?.conditions?.terminating === true);
    expect(endpoint?.conditions).toEqual({ ready: false, serving: true, terminating: true });
    await lab.remove('pods', 'a', { gracePeriodSeconds: 0 });
    await endpoints(lab, (all) => all.length === 0);
  });

  test('of the type NodePort has a port between 30000 and 32767, for life', async ({ lab }) => {
    const { body } = await lab.create<Service>('services', service('svc', { type: 'NodePort' }));
    const port = body.spec?.ports?.[0]?.nodePort ?? 0;
    expect(port).toBeGreaterThanOrEqual(30_000);
    expect(port).toBeLessThanOrEqual(32_767);
    expect(body.spec?.externalTrafficPolicy).toBe('Cluster');
    const patched = await lab.patch<Service>('services', 'svc', { metadata: { labels: { a: 'b' } } });
    expect(patched.body.spec?.ports?.[0]?.nodePort).toBe(port);
    const taken = await lab.create(
      'services',
      service('other', { type: 'NodePort', ports: [{ port: 80, nodePort: port }] }),
    );
    expect(taken.code).toBe(422);
    expect(taken.body.message).toContain(
      `spec.ports[0].nodePort: Invalid value: ${port}: provided port is already allocated`,
    );
    const odd = await lab.create(
      'services',
      service('odd', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }),
    );
    expect(odd.body.message).toContain(
      'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    );
  });

  test('goes with its slices', async ({ lab }) => {
    await lab.create('services', service('svc', { selector: { app: 'web' } }));
    await lab.create('pods', pod('a', {}, { labels: { app: 'web' } }));
    await endpoints(lab, (all) => all.length === 1);
    const [slice] = await slicesOf(lab, 'svc');
    await lab.remove('services', 'svc');
    await lab.gone('endpointslices', slice?.metadata?.name ?? '');
  });
});

test('a pod is reached at its own address', async ({ lab }) => {
  await lab.create('pods', pod('server', serving, { labels: { app: 'web' } }));
  const { status } = await ready(lab, 'server');
  const ip = status?.podIP ?? '';
  const program = `require('node:http').get('http://${ip}:8080/', (response) => response.on('data', (body) => console.log(String(body))));`;
  await lab.create('pods', pod('client', { containers: [container(program)], restartPolicy: 'Never' }));
  await ended(lab, 'client');
  expect(await printed(lab, 'client')).toBe('server\n');
  expect((await lab.get<Pod>('pods', 'client')).body.status?.phase).toBe('Succeeded');
});
