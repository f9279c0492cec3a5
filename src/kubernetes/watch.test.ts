import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { until } from '../support/index.ts';
import { connect } from './client.ts';
import { kinds } from './kinds.ts';
import type { Pod } from './objects.ts';
import { refuse, scriptedServer } from './scripted-server.ts';
import type { WatchGap } from './watch.ts';

/** A server that holds pods and its open watches, played by hand. */
async function podServer() {
  const state = {
    version: 1,
    pods: new Map<string, Pod>(),
    watches: new Set<ServerResponse>(),
    refusal: null as [number, string] | null,
  };
  const server = await scriptedServer(({ query }, response) => {
    if (state.refusal !== null) return refuse(response, ...state.refusal, 'said the server');
    if (query['watch'] === undefined) {
      return { metadata: { resourceVersion: String(state.version) }, items: [...state.pods.values()] };
    }
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    state.watches.add(response);
    response.on('close', () => state.watches.delete(response));
    return undefined;
  });
  function send(type: string, object: object): void {
    for (const watch of state.watches) watch.write(`${JSON.stringify({ type, object })}\n`);
  }
  return {
    server,
    state,
    put(name: string, tell = true): void {
      const type = state.pods.has(name) ? 'MODIFIED' : 'ADDED';
      const pod = { metadata: { name, uid: name, resourceVersion: String((state.version += 1)) } };
      state.pods.set(name, pod);
      if (tell) send(type, pod);
    },
    remove(name: string, tell = true): void {
      const pod = state.pods.get(name) ?? {};
      state.pods.delete(name);
      state.version += 1;
      if (tell) send('DELETED', pod);
    },
    send,
    breakWatches(): void {
      for (const watch of state.watches) watch.destroy();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function watchPods(pods: Awaited<ReturnType<typeof podServer>>) {
  const client = await connect(pods.server.kubeconfig);
  const stop = new AbortController();
  const seen: string[] = [];
  const gaps: WatchGap[] = [];
  const watching = client.watch(kinds.pod, {
    namespace: 'lab',
    labelSelector: 'app=x',
    signal: stop.signal,
    onChange: (change, { metadata }) => seen.push(`${change} ${metadata?.name}`),
    onGap: (gap) => gaps.push(gap),
  });
  const expectSeen = (...expected: string[]): Promise<unknown> =>
    until(() => seen.length >= expected.length, {
      what: expected.join(', '),
      deadlineMs: 3_000,
      everyMs: 5,
    }).then(() => expect(seen).toEqual(expected));
  return {
    watching,
    seen,
    gaps,
    expectSeen,
    open: () =>
      until(() => pods.state.watches.size === 1, { what: 'a watch', deadlineMs: 3_000, everyMs: 5 }),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await watching.done;
      client.close();
    },
  };
}

describe('a watch', () => {
  test('shows what is there, then each change, and keeps the objects', async () => {
    await using pods = await podServer();
    pods.put('a');
    await using watch = await watchPods(pods);
    await watch.watching.synced;
    await watch.open();
    pods.put('b');
    pods.put('a');
    pods.remove('b');
    await watch.expectSeen('added a', 'added b', 'modified a', 'deleted b');
    expect(watch.watching.objects().map(({ metadata }) => metadata?.name)).toEqual(['a']);
    expect(pods.server.received[1]?.query).toMatchObject({
      labelSelector: 'app=x',
      resourceVersion: '2',
      allowWatchBookmarks: 'true',
    });
  });

  test('goes on after the last version it saw when the connection breaks, and reports the gap', async () => {
    await using pods = await podServer();
    pods.put('a');
    await using watch = await watchPods(pods);
    await watch.open();
    pods.send('BOOKMARK', { metadata: { resourceVersion: '77' } });
    pods.put('b');
    await watch.expectSeen('added a', 'added b');
    pods.send('BOOKMARK', { metadata: { resourceVersion: '78' } });
    pods.put('c');
    await watch.expectSeen('added a', 'added b', 'added c');
    pods.breakWatches();
    await until(() => watch.gaps.length === 1, { what: 'the gap', deadlineMs: 3_000, everyMs: 5 });
    expect(watch.gaps[0]).toMatchObject({ what: 'pods', missed: false });
    expect(watch.gaps[0]?.to).toBeGreaterThanOrEqual(watch.gaps[0]?.from ?? Number.NaN);
    const last = pods.server.received.at(-1);
    expect(last?.query).toMatchObject({ watch: '1', resourceVersion: '4' });
    expect(pods.server.received.filter(({ query }) => query['watch'] === undefined)).toHaveLength(1);
  });

  test('lists anew when its version is too old, and tells what changed meanwhile', async () => {
    await using pods = await podServer();
    pods.put('gone');
    pods.put('changed');
    pods.put('same');
    await using watch = await watchPods(pods);
    await watch.open();
    pods.remove('gone', false);
    pods.put('changed', false);
    pods.put('new', false);
    pods.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' });
    const first = ['added gone', 'added changed', 'added same'];
    await watch.expectSeen(...first, 'deleted gone', 'modified changed', 'added new');
    await until(() => watch.gaps.length === 1, { what: 'the gap', deadlineMs: 3_000, everyMs: 5 });
    expect(watch.gaps[0]).toMatchObject({ missed: true });
  });

  test('lists anew when the server answers a resumption with 410', async () => {
    await using pods = await podServer();
    pods.put('a');
    await using watch = await watchPods(pods);
    await watch.open();
    pods.state.refusal = [410, 'Expired'];
    pods.breakWatches();
    const calls = pods.server.received.length;
    await until(() => pods.server.received.length > calls, {
      what: 'a refusal',
      deadlineMs: 3_000,
      everyMs: 5,
    });
    pods.state.refusal = null;
    pods.put('b', false);
    await watch.expectSeen('added a', 'added b');
  });

  test('a first listing that is forbidden is said at once', async () => {
    await using pods = await podServer();
    pods.state.refusal = [403, 'Forbidden'];
    await using watch = await watchPods(pods);
    await expect(watch.watching.synced).rejects.toThrow('said the server (403 Forbidden)');
  });
});
