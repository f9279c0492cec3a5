import { describe, expect } from 'vitest';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { until } from '../../../src/support/index.ts';
import { nominal, test, type Lab } from '../support/lab.ts';
import { configMap, container, pod } from '../support/objects.ts';
import { ended, eventMessage, printed } from '../support/wait.ts';

type PodSpec = NonNullable<Pod['spec']>;
type Container = PodSpec['containers'][number];

/** Runs a program to its end and gives the JSON that it printed. */
async function result(
  lab: Lab,
  program: string,
  {
    change = {},
    spec = {},
    metadata = {},
    name = 'a',
  }: { change?: Partial<Container>; spec?: Partial<PodSpec>; metadata?: object; name?: string } = {},
): Promise<unknown> {
  const main = container(program, change);
  await lab.create('pods', pod(name, { containers: [main], restartPolicy: 'Never', ...spec }, metadata));
  const over = await ended(lab, name);
  const text = await printed(lab, name);
  expect([over.status?.phase, text]).toEqual(['Succeeded', expect.any(String)]);
  return JSON.parse(text) as unknown;
}

/** Prints these variables. */
function variables(...names: string[]): string {
  return `console.log(JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name] ?? null)))`;
}

/** Prints what files hold. Where a cluster has no file systems of its own, mounts are below VOLUME_ROOT. */
function files(...paths: string[]): string {
  return `
    const { readFileSync } = require('node:fs');
    const root = process.env.VOLUME_ROOT ?? '';
    console.log(JSON.stringify(${JSON.stringify(paths)}.map((path) => readFileSync(root + path, 'utf8'))));`;
}

describe('the environment', () => {
  test('holds values, and values made of others', async ({ lab }) => {
    const env = [
      { name: 'A', value: 'one' },
      { name: 'B', value: '$(A)-two' },
      { name: 'C', value: '$$(A) $(NONE)' },
    ];
    expect(await result(lab, variables('A', 'B', 'C'), { change: { env } })).toEqual([
      'one',
      'one-two',
      '$(A) $(NONE)',
    ]);
  });

  test('holds keys of ConfigMaps and Secrets', async ({ lab }) => {
    await lab.create('configmaps', configMap('settings', { colour: 'red' }));
    await lab.create('secrets', { metadata: { name: 'keys' }, stringData: { token: 'abc' } });
    const env = [
      { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'colour' } } },
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } },
      { name: 'MAYBE', valueFrom: { secretKeyRef: { name: 'keys', key: 'none', optional: true } } },
    ];
    expect(await result(lab, variables('COLOUR', 'TOKEN', 'MAYBE'), { change: { env } })).toEqual([
      'red',
      'abc',
      null,
    ]);
  });

  test('holds all of a ConfigMap and of a Secret', async ({ lab }) => {
    await lab.create('configmaps', configMap('settings', { COLOUR: 'red', SIZE: 'big' }));
    await lab.create('secrets', { metadata: { name: 'keys' }, stringData: { TOKEN: 'abc' } });
    const envFrom = [{ configMapRef: { name: 'settings' } }, { prefix: 'S_', secretRef: { name: 'keys' } }];
    expect(await result(lab, variables('COLOUR', 'SIZE', 'S_TOKEN'), { change: { envFrom } })).toEqual([
      'red',
      'big',
      'abc',
    ]);
  });

  test('holds what the pod says about itself', async ({ lab }) => {
    const field = (name: string, fieldPath: string): object => ({
      name,
      valueFrom: { fieldRef: { fieldPath } },
    });
    const env = [
      field('NAME', 'metadata.name'),
      field('NAMESPACE', 'metadata.namespace'),
      field('LABEL', "metadata.labels['app']"),
      field('NOTE', "metadata.annotations['example.com/note']"),
      { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'requests.cpu', divisor: '1m' } } },
      { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory' } } },
    ] as NonNullable<Container['env']>;
    const metadata = { labels: { app: 'web' }, annotations: { 'example.com/note': 'hello' } };
    const resources = { requests: { cpu: '25m' }, limits: { memory: '256Mi' } };
    expect(
      await result(lab, variables('NAME', 'NAMESPACE', 'LABEL', 'NOTE', 'CPU', 'MEMORY'), {
        change: { env, resources },
        metadata,
      }),
    ).toEqual(['a', lab.namespace, 'web', 'hello', '25', String(256 * 2 ** 20)]);
  });

  test('holds where the pod is', async ({ lab }) => {
    const env = ['status.podIP', 'status.hostIP', 'spec.nodeName'].map((fieldPath, index) => ({
      name: `V${index}`,
      valueFrom: { fieldRef: { fieldPath } },
    }));
    const [podIP, hostIP, nodeName] = (await result(lab, variables('V0', 'V1', 'V2'), {
      change: { env },
    })) as string[];
    const { body } = await lab.get<Pod>('pods', 'a');
    expect([hostIP, nodeName]).toEqual([body.status?.hostIP, body.spec?.nodeName]);
    expect(podIP).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  });

  test('without the ConfigMap that it needs keeps the container from starting', async ({ lab }) => {
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'colour' } } }];
    await lab.create('pods', pod('a', { containers: [container('', { env })], restartPolicy: 'Never' }));
    const { status } = await lab.eventually<Pod>(
      'pods',
      'a',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
      nominal(60),
    );
    expect(status?.containerStatuses?.[0]?.state?.waiting?.message).toBe('configmap "settings" not found');
    await lab.create('configmaps', configMap('settings', { colour: 'red' }));
    expect((await ended(lab, 'a')).status?.phase).toBe('Succeeded');
  });

  test('holds where Services are', async ({ lab }) => {
    await lab.create('services', { metadata: { name: 'shop-api' }, spec: { ports: [{ port: 8080 }] } });
    // A kubelet that has not heard of the Service yet starts its pods without them.
    const program = variables('SHOP_API_SERVICE_HOST', 'SHOP_API_SERVICE_PORT');
    let pods = 0;
    const [host, port] = await until(
      async () => {
        const found = (await result(lab, program, { name: `a-${(pods += 1)}` })) as (string | null)[];
        return found[0] === null ? undefined : found;
      },
      { what: 'a pod that knows where the Service is', deadlineMs: 30_000 },
    );
    expect(host).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(Number(port)).toBeGreaterThan(0);
  });
});

describe('arguments', () => {
  test('are expanded like the environment', async ({ lab }) => {
    const env = [{ name: 'WHO', value: 'world' }];
    const args = ['hello $(WHO)', '$$(WHO)'];
    const program = 'console.log(JSON.stringify(process.argv.slice(1)))';
    expect(await result(lab, program, { change: { env, args } })).toEqual(['hello world', '$(WHO)']);
  });
});

describe('volumes', () => {
  test('from a ConfigMap hold a file for each key', async ({ lab }) => {
    await lab.create('configmaps', configMap('settings', { 'a.txt': 'one', 'b.txt': 'two' }));
    const volumes = [{ name: 'v', configMap: { name: 'settings' } }];
    const volumeMounts = [{ name: 'v', mountPath: '/etc/settings' }];
    expect(
      await result(lab, files('/etc/settings/a.txt', '/etc/settings/b.txt'), {
        change: { volumeMounts },
        spec: { volumes },
      }),
    ).toEqual(['one', 'two']);
  });

  test('from a Secret hold what it says in clear, where it is asked to', async ({ lab }) => {
    await lab.create('secrets', { metadata: { name: 'keys' }, stringData: { token: 'abc', other: 'x' } });
    const items = [{ key: 'token', path: 'deep/token.txt' }];
    const volumes = [{ name: 'v', secret: { secretName: 'keys', items } }];
    const volumeMounts = [{ name: 'v', mountPath: '/keys', readOnly: true }];
    expect(
      await result(lab, files('/keys/deep/token.txt'), { change: { volumeMounts }, spec: { volumes } }),
    ).toEqual(['abc']);
  });

  test('that are empty are shared by the containers of a pod', async ({ lab }) => {
    const volumes = [{ name: 'v', emptyDir: {} }];
    const volumeMounts = [{ name: 'v', mountPath: '/scratch' }];
    const writing = `require('node:fs').writeFileSync((process.env.VOLUME_ROOT ?? '') + '/scratch/note', 'from init')`;
    const initContainers = [container(writing, { name: 'init', volumeMounts })];
    expect(
      await result(lab, files('/scratch/note'), {
        change: { volumeMounts },
        spec: { volumes, initContainers },
      }),
    ).toEqual(['from init']);
  });

  test('show the pod’s own fields', async ({ lab }) => {
    const items = [
      { path: 'name', fieldRef: { fieldPath: 'metadata.name' } },
      { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
    ];
    const volumes = [{ name: 'v', downwardAPI: { items } }];
    const volumeMounts = [{ name: 'v', mountPath: '/me' }];
    const metadata = { labels: { app: 'web', tier: 'front' } };
    expect(
      await result(lab, files('/me/name', '/me/labels'), {
        change: { volumeMounts },
        spec: { volumes },
        metadata,
      }),
    ).toEqual(['a', 'app="web"\ntier="front"']);
  });

  test('can be put together from several sources', async ({ lab }) => {
    await lab.create('configmaps', configMap('settings', { colour: 'red' }));
    await lab.create('secrets', { metadata: { name: 'keys' }, stringData: { token: 'abc' } });
    const sources = [{ configMap: { name: 'settings' } }, { secret: { name: 'keys' } }];
    const volumes = [{ name: 'v', projected: { sources } }];
    const volumeMounts = [{ name: 'v', mountPath: '/all' }];
    expect(
      await result(lab, files('/all/colour', '/all/token'), { change: { volumeMounts }, spec: { volumes } }),
    ).toEqual(['red', 'abc']);
  });

  test('can be mounted in part', async ({ lab }) => {
    await lab.create('configmaps', configMap('settings', { 'a.txt': 'one' }));
    const volumes = [{ name: 'v', configMap: { name: 'settings' } }];
    const volumeMounts = [{ name: 'v', mountPath: '/opt/file.txt', subPath: 'a.txt' }];
    expect(
      await result(lab, files('/opt/file.txt'), { change: { volumeMounts }, spec: { volumes } }),
    ).toEqual(['one']);
  });

  test('of a ConfigMap that is not there keep the pod from starting', async ({ lab }) => {
    const volumes = [{ name: 'v', configMap: { name: 'settings' } }];
    const volumeMounts = [{ name: 'v', mountPath: '/etc/settings' }];
    const main = container('', { volumeMounts });
    await lab.create('pods', pod('a', { containers: [main], volumes, restartPolicy: 'Never' }));
    expect(await eventMessage(lab, 'a', 'FailedMount')).toBe(
      'MountVolume.SetUp failed for volume "v" : configmap "settings" not found',
    );
    const { body } = await lab.get<Pod>('pods', 'a');
    expect(body.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ContainerCreating');
    await lab.create('configmaps', configMap('settings'));
    expect((await ended(lab, 'a')).status?.phase).toBe('Succeeded');
  });

  test('that the pod does not have cannot be mounted', async ({ lab }) => {
    const main = container('', { volumeMounts: [{ name: 'none', mountPath: '/x' }] });
    const { code, body } = await lab.create('pods', pod('a', { containers: [main] }));
    expect(code).toBe(422);
    expect(body.message).toBe(
      'Pod "a" is invalid: spec.containers[0].volumeMounts[0].name: Not found: "none"',
    );
  });
});
