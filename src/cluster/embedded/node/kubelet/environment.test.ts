import { describe, expect, test } from 'vitest';
import type { Service } from '../../objects.ts';
import { containerEnvironment, type EnvironmentSources } from './environment.ts';
import { expand } from './expand.ts';
import { serviceVariables } from './service-variables.ts';

function environment(container: object, more: Partial<EnvironmentSources> = {}): Record<string, string> {
  const pod = {
    metadata: { name: 'web-1', namespace: 'shop', uid: 'u1', labels: { app: 'web', tier: 'front' } },
    spec: { nodeName: 'worker-1', containers: [] },
  };
  return containerEnvironment({
    pod,
    container: { name: 'main', ...container },
    address: { ip: '127.80.1.2', portMap: {} },
    config: {
      addresses: { mode: 'range', block: 80 },
      index: 1,
      node: { name: 'worker-1', cpuMilli: 2000, memoryBytes: 2 ** 30, maxPods: 10, labels: {} },
    },
    imageEnv: {},
    serviceVariables: {},
    configMaps: new Map(),
    secrets: new Map(),
    ...more,
  });
}
const field = (fieldPath: string) => ({ name: 'X', valueFrom: { fieldRef: { fieldPath } } });
const resource = (resource: string, divisor?: string) => ({
  name: 'X',
  valueFrom: { resourceFieldRef: { resource, ...(divisor !== undefined && { divisor }) } },
});

describe('the environment of a container', () => {
  test.each([
    ['metadata.name', 'web-1'],
    ['metadata.namespace', 'shop'],
    ['metadata.uid', 'u1'],
    [`metadata.labels['tier']`, 'front'],
    ['metadata.labels', 'app="web"\ntier="front"'],
    ['spec.nodeName', 'worker-1'],
    ['status.podIP', '127.80.1.2'],
    ['status.hostIP', '127.80.1.1'],
  ])('knows %s', (path, value) => {
    expect(environment({ env: [field(path)] })['X']).toBe(value);
  });

  test.each([
    ['limits.cpu', undefined, '1'],
    ['limits.cpu', '1m', '250'],
    ['requests.memory', '1Mi', '64'],
    ['limits.memory', undefined, String(2 ** 30)],
  ])('knows %s in units of %s', (name, divisor, value) => {
    const resources = { limits: { cpu: '250m' }, requests: { memory: '64Mi' } };
    expect(environment({ resources, env: [resource(name, divisor)] })['X']).toBe(value);
  });

  test('later sources win: image, told by the node, envFrom, env', () => {
    const configMaps = new Map([['settings', { data: { B: 'map', C: 'map' } }]]);
    const secrets = new Map([['keys', { data: { KEY: Buffer.from('s3cret').toString('base64') } }]]);
    const env = environment(
      {
        envFrom: [{ configMapRef: { name: 'settings' } }, { prefix: 'S_', secretRef: { name: 'keys' } }],
        env: [
          { name: 'C', value: 'own' },
          { name: 'D', value: '$(C)-$(B)-$(NONE)-$$(C)' },
        ],
      },
      { imageEnv: { A: 'image', B: 'image', POD_NAME: 'image' }, configMaps, secrets },
    );
    expect(env).toMatchObject({
      A: 'image',
      B: 'map',
      C: 'own',
      D: 'own-map-$(NONE)-$(C)',
      POD_NAME: 'web-1',
      S_KEY: 's3cret',
    });
  });

  test.each([
    [{ configMapKeyRef: { name: 'a', key: 'k' } }, 'configmap "a" not found'],
    [{ configMapKeyRef: { name: 'there', key: 'k' } }, "couldn't find key k in ConfigMap shop/there"],
    [{ secretKeyRef: { name: 'b', key: 'k' } }, 'secret "b" not found'],
    [{ fieldRef: { fieldPath: 'spec.secret' } }, 'unsupported fieldPath: spec.secret'],
  ])('that cannot be made is an error', (valueFrom, message) => {
    const configMaps = new Map([['there', {}]]);
    expect(() => environment({ env: [{ name: 'X', valueFrom }] }, { configMaps })).toThrow(message);
  });

  test('leaves optional values out', () => {
    const env = [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'a', key: 'k', optional: true } } }];
    expect(environment({ env })).not.toHaveProperty('X');
  });

  test('names the real port where pods share an address', () => {
    const address = { ip: '127.0.0.1', portMap: { 8080: 20_131 } };
    const ports = [{ containerPort: 8080 }];
    expect(environment({ ports }, { address })['PORT']).toBe('20131');
    expect(environment({ ports, env: [{ name: 'PORT', value: '8080' }] }, { address })['PORT']).toBe('20131');
  });
});

test('references are expanded as Kubernetes does', () => {
  expect(expand('a$(B)c $$(B) $(NO) $B $(', { B: 'x' })).toBe('axc $(B) $(NO) $B $(');
});

test('Services are named by variables, those of other namespaces are not', () => {
  const service = (namespace: string, name: string): Service => ({
    metadata: { namespace, name },
    spec: { clusterIP: '127.80.255.1', ports: [{ name: 'http', port: 80 }] },
  });
  const services = [
    service('shop', 'price-feed'),
    service('other', 'hidden'),
    service('default', 'kubernetes'),
  ];
  const variables = serviceVariables(services, 'shop', () => ({ host: '127.80.129.1', port: 20_080 }));
  expect(variables).toEqual({
    PRICE_FEED_SERVICE_HOST: '127.80.129.1',
    PRICE_FEED_SERVICE_PORT: '20080',
    PRICE_FEED_SERVICE_PORT_HTTP: '20080',
    PRICE_FEED_PORT: 'tcp://127.80.129.1:20080',
    PRICE_FEED_PORT_80_TCP: 'tcp://127.80.129.1:20080',
    PRICE_FEED_PORT_80_TCP_PROTO: 'tcp',
    PRICE_FEED_PORT_80_TCP_PORT: '20080',
    PRICE_FEED_PORT_80_TCP_ADDR: '127.80.129.1',
    ...Object.fromEntries(Object.entries(variables).filter(([name]) => name.startsWith('KUBERNETES_'))),
  });
  expect(variables).toHaveProperty('KUBERNETES_SERVICE_HOST');
});
