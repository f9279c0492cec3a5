import { describe, expect, test } from 'vitest';
import type { EndpointSlice, Service } from '../../objects.ts';
import { LocalServices } from './local-services.ts';
import { proxyRules, type ProxyNode } from './rules.ts';

const node = (index: number): ProxyNode => ({
  name: `node-${index}`,
  index,
  addresses: { mode: 'range', block: 70 },
});

const service = (spec: Partial<Service['spec']> = {}): Service => ({
  metadata: { namespace: 'default', name: 'web', uid: 's1' },
  spec: {
    type: 'NodePort',
    clusterIP: '127.70.255.9',
    ports: [{ name: 'http', port: 8080, nodePort: 30080, protocol: 'TCP' }],
    ...spec,
  },
});

type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];
const slice = (endpoints: Endpoint[], service = 'web'): EndpointSlice => ({
  metadata: { namespace: 'default', name: `${service}-1`, labels: { 'kubernetes.io/service-name': service } },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 3000, protocol: 'TCP' }],
  endpoints,
});
const endpoint = (last: number, conditions: Endpoint['conditions'] = { ready: true }): Endpoint => ({
  addresses: [`127.70.1.${last}`],
  conditions,
  nodeName: 'node-1',
});

function rules(proxy: ProxyNode, services: Service[], slices: EndpointSlice[], lowestPort = 1024) {
  return proxyRules({ services, slices, node: proxy, localPort: new LocalServices(proxy, lowestPort).port });
}
const addresses = (made: ReturnType<typeof rules>): string[] =>
  made.map(({ host, port }) => `${host}:${port}`);
const backends = (made: ReturnType<typeof rules>): string[] =>
  made[0]?.backends.map(({ host }) => host) ?? [];

describe('what a node serves', () => {
  test('a worker: NodePorts on its address, Services for its pods', () => {
    expect(addresses(rules(node(2), [service()], []))).toEqual(['127.70.2.1:30080', '127.70.130.9:8080']);
  });

  test('the control plane also clusterIPs, for clients on the host', () => {
    expect(addresses(rules(node(0), [service()], []))).toEqual([
      '127.70.0.1:30080',
      '127.70.255.9:8080',
      '127.70.128.9:8080',
    ]);
  });

  test('nothing for headless Services and for UDP', () => {
    const udp = service({ ports: [{ port: 53, protocol: 'UDP' }] });
    expect(rules(node(1), [service({ clusterIP: 'None' }), udp], [])).toEqual([]);
  });

  test('ports that need a privilege are served 20000 higher to pods', () => {
    const web = service({ type: 'ClusterIP', ports: [{ port: 80 }] });
    expect(addresses(rules(node(1), [web], []))).toEqual(['127.70.129.9:20080']);
    expect(addresses(rules(node(1), [web], [], 1))).toEqual(['127.70.129.9:80']);
  });

  test('where there is one address, NodePorts by the control plane and free ports for pods', async () => {
    const single = (index: number): ProxyNode => ({
      ...node(index),
      addresses: { mode: 'single', block: 0 },
    });
    const local = new LocalServices(single(1));
    const made = () =>
      proxyRules({ services: [service()], slices: [], node: single(1), localPort: local.port });
    expect(made()).toEqual([]);
    await local.prepare([service()]);
    const first = addresses(made());
    expect(first).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]);
    await local.prepare([service()]);
    expect(addresses(made())).toEqual(first);
    expect(addresses(rules(single(0), [service()], []))).toEqual(['127.0.0.1:30080']);
  });
});

describe('where connections go', () => {
  test('to ready endpoints of all slices of the Service, at the port of that name', () => {
    const slices = [
      slice([endpoint(3), endpoint(2, {})]),
      slice([endpoint(4)]),
      slice([endpoint(5)], 'other'),
    ];
    expect(rules(node(1), [service()], slices)[0]?.backends).toEqual([
      { host: '127.70.1.2', port: 3000, node: 'node-1' },
      { host: '127.70.1.3', port: 3000, node: 'node-1' },
      { host: '127.70.1.4', port: 3000, node: 'node-1' },
    ]);
  });

  test('not to those that are not ready, also when they terminate', () => {
    const terminating = { ready: false, serving: true, terminating: true };
    expect(backends(rules(node(1), [service()], [slice([endpoint(2), endpoint(3, terminating)])]))).toEqual([
      '127.70.1.2',
    ]);
  });

  test('to terminating ones that still serve when no endpoint is ready', () => {
    const slices = [
      slice([
        endpoint(2, { ready: false, serving: true, terminating: true }),
        endpoint(3, { ready: false, serving: false, terminating: true }),
        endpoint(4, { ready: false, serving: false, terminating: false }),
      ]),
    ];
    expect(backends(rules(node(1), [service()], slices))).toEqual(['127.70.1.2']);
  });

  test('to endpoints of the same node only, where the traffic policy says so', () => {
    const local = service({ externalTrafficPolicy: 'Local' });
    expect(backends(rules(node(1), [local], [slice([endpoint(2)])]))).toEqual(['127.70.1.2']);
    expect(backends(rules(node(2), [local], [slice([endpoint(2)])]))).toEqual([]);
  });
});
