/** For tests: pods that are real HTTP servers, known to a real API socket, on nodes whose power can be cut. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Capabilities, Component, PowerAction } from '../cluster/index.ts';
import type { JournalEvent, Recorder } from '../journal/index.ts';
import { connect } from '../kubernetes/index.ts';
import { refuse, scriptedServer } from '../kubernetes/scripted-server.ts';
import { monotonicMs } from '../support/index.ts';

/** Two workers with two pods each, a control plane, and a recorder of what happens to them. */
export async function smallCluster({
  power = ['kill', 'start', 'pause', 'resume'],
  components = [],
}: { power?: PowerAction[]; components?: Component[] } = {}) {
  const pods = new Map<string, Awaited<ReturnType<typeof startPod>>>();
  for (const [name, node] of Object.entries({ a: 'worker-1', b: 'worker-1', c: 'worker-2', d: 'worker-2' })) {
    pods.set(name, await startPod(name, node));
  }
  const nodes = ['control-plane', 'worker-1', 'worker-2'].map(nodeObject);

  const api = await scriptedServer(({ method, path, query, body }, response) => {
    if (path.endsWith('/nodes')) return { items: nodes };
    const node = nodes.find(({ metadata }) => path.endsWith(`/nodes/${metadata.name}`));
    if (node !== undefined) {
      if (method === 'DELETE') nodes.splice(nodes.indexOf(node), 1);
      return node;
    }
    if (path.endsWith('/pods')) return { items: [...pods.values()].map(({ object }) => object) };
    const name = path.split('/').at(-1) ?? '';
    const pod = pods.get(name);
    if (pod === undefined) return refuse(response, 404, 'NotFound', `pods "${name}" not found`);
    if (method === 'DELETE') {
      const { gracePeriodSeconds } = body as { gracePeriodSeconds?: number };
      if (gracePeriodSeconds === 0) {
        pods.delete(name);
        pod.end();
      } else pod.object.metadata.deletionTimestamp = new Date().toISOString();
    }
    return { ...pod.object, query };
  });
  const client = await connect(api.kubeconfig);

  const events: JournalEvent[] = [];
  const origin = monotonicMs();
  const recorder: Recorder = {
    now: () => monotonicMs() - origin,
    record: (event) => void events.push({ t: recorder.now(), ...event }),
  };
  const capabilities: Capabilities = {
    power: new Set(power),
    components: new Set(components),
    processImages: true,
    podNetworkReachable: true,
    dividesObjectSeconds: true,
    nodePort: null,
    nodesVisible: true,
    limitedRights: false,
  };

  return {
    client,
    recorder,
    events,
    pods,
    nodes: () => nodes.map(({ metadata }) => metadata.name),
    received: api.received,
    cluster: {
      capabilities,
      facts: { nodeNames: {} },
      power: (node: string, action: PowerAction) => {
        if (action === 'add') nodes.push(nodeObject(node));
        for (const pod of pods.values()) {
          if (pod.object.spec.nodeName !== node) continue;
          if (action === 'kill') pod.end();
          if (action === 'pause' || action === 'resume') pod.hang(action === 'pause');
        }
        return Promise.resolve(`${node}: ${action} seen`);
      },
      component: (name: Component, action: 'stop' | 'start', node?: string) =>
        Promise.resolve(`${name}${node === undefined ? '' : ` of ${node}`}: ${action} seen`),
    },
    [Symbol.asyncDispose]: async () => {
      client.close();
      for (const pod of pods.values()) pod.end();
      await api[Symbol.asyncDispose]();
    },
  };
}

async function startPod(name: string, nodeName: string) {
  let hangs = false;
  const sockets = new Set<Socket>();
  const server: Server = createServer((_request, response) => void (hangs || response.end('ok')));
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    hang: (value: boolean) => void (hangs = value),
    end: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    object: {
      metadata: {
        name,
        uid: `uid-${name}`,
        creationTimestamp: '2026-01-01T00:00:00Z',
        deletionTimestamp: undefined as string | undefined,
        annotations: { 'openbell.dev/port-map': `{"8080":${port}}` },
      },
      spec: { nodeName, containers: [{ name: 'c', ports: [{ containerPort: 8080 }] }] },
      status: { phase: 'Running', podIP: '127.0.0.1' },
    },
  };
}

function nodeObject(name: string) {
  const labels = name === 'control-plane' ? { 'node-role.kubernetes.io/control-plane': '' } : {};
  return {
    metadata: { name, uid: `uid-${name}`, labels },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
}
