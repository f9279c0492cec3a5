import { expect, test } from 'vitest';
import type { Pod } from '../kubernetes/index.ts';
import { podAddress } from './pod-address.ts';

const containers = [{ name: 'c', ports: [{ containerPort: 8080 }, { containerPort: 9090 }] }];

test.each<[string, Pod, number | undefined, ReturnType<typeof podAddress>]>([
  [
    'its first port',
    { spec: { containers }, status: { podIP: '127.64.1.2' } },
    undefined,
    { host: '127.64.1.2', port: 8080 },
  ],
  [
    'the port that is asked for',
    { spec: { containers }, status: { podIP: '127.64.1.2' } },
    9090,
    { host: '127.64.1.2', port: 9090 },
  ],
  [
    'the real port where pods share an address',
    {
      metadata: { annotations: { 'openbell.dev/port-map': '{"8080":20131}' } },
      spec: { containers },
      status: { podIP: '127.0.0.1' },
    },
    undefined,
    { host: '127.0.0.1', port: 20131 },
  ],
  ['nothing while it has no address', { spec: { containers } }, undefined, null],
  ['nothing where it names no port', { status: { podIP: '127.64.1.2' } }, undefined, null],
])("a pod's address is %s", (_case, pod, port, expected) => {
  expect(podAddress(pod, port)).toEqual(expected);
});
