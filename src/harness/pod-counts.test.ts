import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { Pod } from '../kubernetes/index.ts';
import { atItsAddress, countByPods, requestsServed } from './pod-counts.ts';

test.each([
  ['nothing of ours', 'up 1\n', null],
  ['no request yet', '# TYPE openbell_requests_total counter\n', 0],
  [
    'several routes and statuses',
    'openbell_requests_total{route="/quote/:symbol",method="GET",status="200"} 40\n' +
      'openbell_requests_total{route="/quote/:symbol",method="GET",status="aborted"} 2\n' +
      'openbell_requests_total{route="/orders",method="POST",status="201"} 3\n',
    45,
  ],
  [
    'probes and scrapes',
    'openbell_requests_total{route="/readyz",method="GET",status="200"} 99\n' +
      'openbell_requests_total{route="/metrics",method="GET",status="200"} 7\n' +
      'openbell_requests_total{route="/orders",method="GET",status="200"} 1\n',
    1,
  ],
])('of %s', (_case, text, expected) => {
  expect(requestsServed(text)).toBe(expected);
});

test('each pod is asked at its own address; one that cannot be asked is named with the reason', async () => {
  const server = createServer((_request, response) => {
    response.setHeader('x-pod', 'a').end('openbell_requests_total{route="/orders"} 12\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const pod = (name: string, podIP?: string): Pod => ({
    metadata: { name },
    spec: { containers: [{ name: 'c', ports: [{ containerPort: port }] }] },
    ...(podIP === undefined ? {} : { status: { podIP } }),
  });
  const counted = await countByPods(
    [pod('a', '127.0.0.1'), pod('b', '127.0.0.1'), pod('c')],
    atItsAddress(new AbortController().signal),
  );
  server.close();
  expect(counted.pods).toEqual({ a: 12 });
  expect(counted.unasked.toSorted()).toEqual(['b: its address belongs to a now', 'c: it has no address']);
});
