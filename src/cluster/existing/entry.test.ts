import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { connect, type Service } from '../../kubernetes/index.ts';
import { refuse, scriptedServer } from '../../kubernetes/scripted-server.ts';
import { findEntry, type EntryOptions } from './entry.ts';

const service = (spec: NonNullable<Service['spec']>): Service => ({
  metadata: { name: 'api', namespace: 'lab' },
  spec,
});
const balanced = service({ type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30_080 }] });
const addressed = (ingress: object[]): object => ({ ...balanced, status: { loadBalancer: { ingress } } });

interface Objects {
  ingresses?: object[];
  service?: object;
  nodes?: object[];
}

async function entryFor(
  place: Service,
  objects: Objects,
  over: Partial<EntryOptions> = {},
): Promise<string | null> {
  let asked = 0;
  await using server = await scriptedServer(({ path }, response) => {
    if (path.includes('/ingresses/')) return objects.ingresses?.[0];
    if (path.endsWith('/ingresses')) {
      return objects.ingresses === undefined
        ? refuse(response, 403, 'Forbidden', 'no')
        : { items: objects.ingresses };
    }
    if (path.endsWith('/nodes')) return { items: objects.nodes ?? [] };
    // The cloud takes a moment.
    asked += 1;
    return asked === 1 ? place : (objects.service ?? place);
  });
  const client = await connect(server.kubeconfig);
  const options = { entry: undefined, nodesVisible: true, signal: new AbortController().signal, ...over };
  try {
    const found = await findEntry(client, { service: place, port: 80 }, { onProgress: () => {}, ...options });
    return found?.url.href ?? null;
  } finally {
    client.close();
  }
}

test('what was given is taken as it is', async () => {
  expect(await entryFor(balanced, {}, { entry: 'https://desk.example.com/x' })).toBe(
    'https://desk.example.com/x',
  );
  expect(await entryFor(balanced, {}, { entry: 'port-forward' })).toBeNull();
});

test('a load balancer is waited for until it has its address', async () => {
  expect(await entryFor(balanced, { service: addressed([{ ip: '192.0.2.7' }]) })).toBe('http://192.0.2.7/');
  expect(await entryFor(balanced, { service: addressed([{ hostname: 'lb.example.com' }]) })).toBe(
    'http://lb.example.com/',
  );
  expect(await entryFor(balanced, { service: addressed([{ ip: '2001:db8::7' }]) })).toBe(
    'http://[2001:db8::7]/',
  );
});

test('an Ingress of the Service goes before its load balancer, by the host that it serves', async () => {
  const paths = [
    { path: '/', pathType: 'Prefix', backend: { service: { name: 'api', port: { number: 80 } } } },
  ];
  const ingress = {
    metadata: { name: 'desk', namespace: 'lab' },
    spec: { rules: [{ host: 'desk.example.com', http: { paths } }], tls: [{ hosts: ['desk.example.com'] }] },
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.9' }] } },
  };
  expect(await entryFor(balanced, { ingresses: [ingress] })).toBe('https://desk.example.com/');
  const anyHost = { ...ingress, spec: { rules: [{ http: { paths } }] } };
  expect(await entryFor(balanced, { ingresses: [anyHost] })).toBe('http://192.0.2.9/');
  const ofOthers = { ...ingress, spec: { defaultBackend: { service: { name: 'web' } } } };
  const found = await entryFor(balanced, {
    ingresses: [ofOthers],
    service: addressed([{ ip: '192.0.2.7' }]),
  });
  expect(found).toBe('http://192.0.2.7/');
});

test('a node port counts where a node answers, at a control-plane node first', async () => {
  const listening = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listening.once('listening', resolve));
  const { port: nodePort } = listening.address() as AddressInfo;
  const node = (address: string, labels: object): object => ({
    metadata: { name: address, labels },
    status: { addresses: [{ type: 'InternalIP', address }], conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const place = service({ type: 'NodePort', ports: [{ port: 80, nodePort }] });
  const nodes = [node('localhost', {}), node('127.0.0.1', { 'node-role.kubernetes.io/control-plane': '' })];
  expect(await entryFor(place, { nodes })).toBe(`http://127.0.0.1:${nodePort}/`);
  expect(await entryFor(place, { nodes }, { nodesVisible: false })).toBeNull();
  listening.close();
});
