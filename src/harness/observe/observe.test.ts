import { mkdtempDisposable } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openJournal, type JournalEvent } from '../../journal/index.ts';
import { connect, type KubeObject } from '../../kubernetes/index.ts';
import { scriptedServer } from '../../kubernetes/scripted-server.ts';
import { monotonicMs, until } from '../../support/index.ts';
import { observe } from './observe.ts';

/** A cluster of lists that a test fills, whose watches it feeds, observed into a journal. */
async function observed() {
  const lists: Record<string, KubeObject[]> = {};
  const watches = new Map<string, ServerResponse>();
  const server = await scriptedServer(({ path, query }, response) => {
    const of = path
      .replace('/api/v1', '')
      .replace('/namespaces', '')
      .replace(/^\/apis\/[^/]+\/[^/]+/, '');
    const name = path.includes('metrics.k8s.io') ? 'metrics' : of;
    if (query['watch'] === undefined) return { metadata: { resourceVersion: '1' }, items: lists[name] ?? [] };
    response.writeHead(200).flushHeaders();
    watches.set(name, response);
    return undefined;
  });
  const temp = await mkdtempDisposable(path.join(tmpdir(), 'openbell-observe-'));
  const origin = { originMs: monotonicMs(), originWall: Date.now() };
  const journal = openJournal(path.join(temp.path, 'journal.ndjson'), origin);
  const events: JournalEvent[] = [];
  journal.onEvent((event) => events.push(event));
  const client = await connect(server.kubeconfig);
  const ended = new AbortController();

  return {
    lists,
    events,
    of: (type: JournalEvent['type']) => events.filter((event) => event.type === type),
    start: async () => {
      const observation = observe({
        client,
        journal,
        namespace: 'lab',
        workload: { service: 'api', podSelector: 'app=x' },
        nodesVisible: true,
        metricsEveryMs: 20,
        signal: ended.signal,
      });
      await observation.synced;
      await until(() => watches.size === 7, { what: 'the watches', deadlineMs: 3_000, everyMs: 5 });
      return observation;
    },
    tell: (list: string, type: string, object: KubeObject) =>
      watches.get(list)?.write(`${JSON.stringify({ type, object })}\n`),
    received: server.received,
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      client.close();
      journal.close();
      await temp.remove();
      await server[Symbol.asyncDispose]();
    },
  };
}

const soon = { deadlineMs: 3_000, everyMs: 5 };

function node(resourceVersion: string, ready: string): KubeObject {
  const status = { conditions: [{ type: 'Ready', status: ready, lastHeartbeatTime: resourceVersion }] };
  return { metadata: { name: 'worker-1', uid: 'n', resourceVersion }, status } as KubeObject;
}

test("a node's heartbeats are left out; its loss is journaled", async () => {
  await using lab = await observed();
  lab.lists['/nodes'] = [node('1', 'True')];
  const { nodes } = await lab.start();
  lab.tell('/nodes', 'MODIFIED', node('2', 'True'));
  lab.tell('/nodes', 'MODIFIED', node('3', 'Unknown'));
  await until(() => nodes.objects()[0]?.metadata?.resourceVersion === '3', { what: 'the loss', ...soon });
  expect(lab.of('k8s.node')).toMatchObject([
    { change: 'added', name: 'worker-1', ready: 'True' },
    { change: 'modified', ready: 'Unknown' },
  ]);
});

test('events of the run are journaled once for each count, those from before it never', async () => {
  await using lab = await observed();
  const event = (uid: string, count: number, lastTimestamp: string, kind = 'Pod'): KubeObject =>
    ({
      metadata: { uid, name: uid, resourceVersion: `${uid}${count}` },
      involvedObject: { kind, name: 'a' },
      reason: uid,
      count,
      lastTimestamp,
    }) as KubeObject;
  const now = new Date(Date.now() + 1_000).toISOString();
  lab.lists['/lab/events'] = [event('old', 1, '2020-01-01T00:00:00Z')];
  lab.lists['/default/events'] = [event('of-a-node', 1, now, 'Node'), event('of-another-pod', 1, now)];
  await lab.start();
  lab.tell('/lab/events', 'ADDED', event('unhealthy', 1, now));
  lab.tell('/lab/events', 'MODIFIED', event('unhealthy', 1, now));
  lab.tell('/lab/events', 'MODIFIED', event('unhealthy', 2, now));
  lab.tell('/lab/events', 'DELETED', event('unhealthy', 2, now));
  await until(() => lab.of('k8s.event').length === 3, { what: 'the events', ...soon });
  expect(lab.of('k8s.event')).toMatchObject([
    { reason: 'of-a-node', object: { kind: 'Node' } },
    { reason: 'unhealthy', count: 1 },
    { reason: 'unhealthy', count: 2 },
  ]);
});

test('the endpoints of several slices are shown as one, whenever they change', async () => {
  await using lab = await observed();
  const slice = (name: string, resourceVersion: string, ...pods: string[]): KubeObject =>
    ({
      metadata: { name, uid: name, resourceVersion },
      endpoints: pods.map((pod) => ({ addresses: ['127.0.0.1'], targetRef: { name: pod } })),
    }) as KubeObject;
  lab.lists['/lab/endpointslices'] = [slice('one', '1', 'a')];
  await lab.start();
  lab.tell('/lab/endpointslices', 'ADDED', slice('two', '2', 'b'));
  lab.tell('/lab/endpointslices', 'MODIFIED', slice('two', '3', 'b'));
  lab.tell('/lab/endpointslices', 'DELETED', slice('one', '4', 'a'));
  await until(() => lab.of('k8s.endpoints').length === 3, { what: 'the endpoints', ...soon });
  const pods = lab.events.flatMap((event) =>
    event.type === 'k8s.endpoints' ? [event.endpoints.map(({ pod }) => pod)] : [],
  );
  expect(pods).toEqual([['a'], ['a', 'b'], ['b']]);
});

test('usage is asked for again and again, and each publication is journaled once', async () => {
  await using lab = await observed();
  const usage = (timestamp: string): KubeObject =>
    ({
      metadata: { name: 'a' },
      timestamp,
      window: '1s',
      containers: [{ name: 'c', usage: { cpu: '120m', memory: '1Mi' } }],
    }) as KubeObject;
  lab.lists['metrics'] = [usage('2026-01-01T00:00:01Z')];
  await lab.start();
  const asked = (): number => lab.received.filter(({ path }) => path.includes('metrics.k8s.io')).length;
  await until(() => asked() >= 3, { what: 'three questions', ...soon });
  lab.lists['metrics'] = [usage('2026-01-01T00:00:02Z')];
  await until(() => lab.of('k8s.metrics').length === 2, { what: 'the second publication', ...soon });
  expect(lab.of('k8s.metrics')[0]).toMatchObject({ pods: [{ name: 'a', cpuMilli: 120, windowMs: 1_000 }] });
});
