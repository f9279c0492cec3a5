import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { describe, expect, test } from 'vitest';
import { get, play, playAgainst, total, unhurried } from '../../../test/traffic/play.ts';
import { answer, Target, type Behaviour } from '../../../test/traffic/target.ts';

import type { RequestSpec, TrafficPlan } from '../plan.ts';

const after = (ms: number, act: () => void): void => void setTimeout(act, ms);

describe.concurrent('connections', () => {
  const prompt: Behaviour = ({ finish }) => finish(answer());

  test('an arrival that finds all of them taken is dropped, which is not its own fault', async () => {
    const { outcomes, seconds } = await playAgainst(() => {}, { connections: 3, timeoutMs: 300 });
    expect(outcomes).toMatchObject({ timeout: 3, dropped: total - 3 });
    const drops = seconds.flatMap(({ failures }) => failures).filter(({ outcome }) => outcome === 'dropped');
    expect(drops).toHaveLength(total - 3);
    expect(drops.every(({ pod }) => pod === null)).toBe(true);
    expect(seconds[0]?.connections).toMatchObject({ open: 3, opened: 3 });
  });

  test('one connection carries one request at a time', async () => {
    let open = 0;
    let most = 0;
    const behaviour: Behaviour = ({ finish }) => {
      most = Math.max(most, ++open);
      after(4, () => {
        open--;
        finish(answer());
      });
    };
    const { outcomes } = await playAgainst(behaviour, {
      connections: 1,
      phases: [{ name: 'p', durationMs: 600, rate: { kind: 'constant', rate: 100 } }],
    });
    expect(most).toBe(1);
    expect(outcomes.ok + outcomes.dropped).toBe(total);
    expect(outcomes.ok).toBeGreaterThan(1);
  });

  test('are kept from one phase to the next', async () => {
    const phase = { name: 'p', durationMs: 100, rate: { kind: 'constant' as const, rate: 100 } };
    const { outcomes, target } = await playAgainst(prompt, {
      phases: [phase, phase, phase],
      connections: 1,
    });
    expect(outcomes.ok + outcomes.dropped).toBe(30);
    expect(target.accepted).toBe(1);
  });

  test.each([
    ['every 7 requests', { kind: 'every', requests: 7 } as const, 7],
    ['for each request', { kind: 'perRequest' } as const, 1],
  ])('are opened anew %s, and the server is told', async (_name, connectionPolicy, most) => {
    const { outcomes, target } = await playAgainst(prompt, { connectionPolicy });
    expect(outcomes).toMatchObject({ ok: total });
    expect(Math.max(...target.received.map(({ nth }) => nth))).toBeLessThanOrEqual(most);
    expect(target.accepted).toBeGreaterThanOrEqual(total / most);
    for (const { nth, head } of target.received) {
      expect(/connection: (.*)/i.exec(head)?.[1]).toBe(nth === most ? 'close' : 'keep-alive');
    }
  });

  test('are counted for the pod that answered last on them, until they close', async () => {
    const behaviour: Behaviour = ({ finish, nth }) =>
      finish(answer('x', { headers: `X-Pod: pod-${nth % 2}\r\nX-Node: n\r\n` }));
    const { seconds } = await playAgainst(behaviour, {
      connections: 1,
      phases: [{ name: 'p', durationMs: 1050, rate: { kind: 'constant', rate: 20 } }],
    });
    const counts = Object.values(seconds[0]?.pods ?? {}).map(({ connections }) => connections);
    expect(new Set(counts)).toEqual(new Set([0, 1]));
  });

  test.each([
    ['are left before the server closes them, where it said when', 'keep-alive: timeout=1\r\n', 0],
    ['stay open where the server did not say that it would close them', '', 1],
  ])('%s', async (_name, headers, open) => {
    const phase = (rate: number, durationMs: number): TrafficPlan['phases'][number] => ({
      name: 'p',
      durationMs,
      rate: { kind: 'constant', rate },
    });
    const { seconds } = await playAgainst(({ finish }) => finish(answer('x', { headers })), {
      phases: [phase(20, 50), phase(0, 600)],
    });
    expect(seconds[0]?.connections).toEqual({ open, opened: 1, closed: 1 - open });
  });

  test('a failure names the last pod seen on its connection, and nobody on a new one', async () => {
    const behaviour: Behaviour = ({ finish, nth, socket }) =>
      nth === 1 ? finish(answer('x', { headers: 'x-pod: pod-a\r\n' })) : void socket.resetAndDestroy();
    const { outcomes, seconds } = await playAgainst(behaviour, { connections: 1 });
    expect(outcomes.ok).toBeGreaterThan(0);
    const resets = seconds.flatMap(({ failures }) => failures).filter(({ outcome }) => outcome === 'reset');
    expect(new Set(resets.map(({ pod }) => pod))).toEqual(new Set(['pod-a']));
    expect((await play(new URL('http://127.0.0.1:9'))).seconds[0]?.failures[0]?.pod).toBeNull();
  });
});

describe.concurrent('requests', () => {
  test('carry method, path, headers and body, and an id of their own', async () => {
    const post: RequestSpec = {
      name: 'order',
      weight: 1,
      method: 'post',
      path: '/orders?x=1',
      headers: { 'Content-Type': 'application/json', 'X-Request-Id': 'mine', 'content-length': '3' },
      body: '{"symbol":"Ö"}',
    };
    const { target, outcomes } = await playAgainst(({ finish }) => finish(answer()), { requests: [post] });
    expect(outcomes).toMatchObject({ ok: total });
    const first = target.received[0];
    expect(first).toMatchObject({ method: 'POST', path: '/orders?x=1', id: '00000001-0' });
    expect(Buffer.from(first?.body ?? '', 'latin1').toString()).toBe(post.body);
    expect(first?.head).toContain('Content-Type: application/json');
    expect(first?.head.match(/content-length/gi)).toHaveLength(1);
    expect(first?.head).toMatch(new RegExp(`host: ${target.url.host}`, 'i'));
  });

  test('are drawn from the mix, the same for the same seed', async () => {
    const requests = [get, { ...get, path: '/orders', weight: 3 }];
    const draw = async (): Promise<string[]> => {
      const { target } = await playAgainst(({ finish }) => finish(answer()), { requests });
      return target.received.toSorted((a, b) => a.id.localeCompare(b.id)).map(({ id, path }) => id + path);
    };
    const [one, other] = await Promise.all([draw(), draw()]);
    expect(one).toEqual(other);
    expect(new Set(one.map((line) => line.split('/')[1]))).toEqual(new Set(['quote', 'orders']));
  });
});

describe.concurrent('odd plans end', () => {
  const constant = (rate: number, durationMs: number): TrafficPlan['phases'][number] => ({
    name: 'p',
    durationMs,
    rate: { kind: 'constant', rate },
  });
  test.each<[string, Partial<TrafficPlan>, number]>([
    ['no phases', { phases: [] }, 0],
    ['a phase without time', { phases: [constant(100, 0)] }, 0],
    ['a rate of 0', { phases: [constant(0, 50)] }, 0],
    ['a rate that is no number', { phases: [constant(Number.NaN, 50)] }, 0],
    ['a silent phase between two', { phases: [constant(100, 50), constant(0, 50), constant(100, 50)] }, 10],
    ['no connections', { phases: [constant(100, 50)], connections: 0 }, 5],
    [
      'a new connection every 0 requests',
      { phases: [constant(100, 50)], connectionPolicy: { kind: 'every', requests: 0 } },
      5,
    ],
  ])('%s', async (_name, change, scheduled) => {
    expect((await playAgainst(({ finish }) => finish(answer()), change)).scheduled).toBe(scheduled);
  });
});

test('a generator that stood still sends late what is not too late, drops the rest and says so', async () => {
  const target = await Target.listen(({ finish }) => finish(answer()));
  let stoodStillMs = 0;
  const clock = unhurried();
  after(200, () => void (stoodStillMs = 1700));
  const { scheduled, outcomes, seconds } = await play(
    target,
    { phases: [{ name: 'p', durationMs: 2500, rate: { kind: 'constant', rate: 100 } }], connections: 300 },
    () => clock() + stoodStillMs,
  );
  target.close();
  expect(scheduled).toBe(250);
  // What is more than a second late when the thread goes on: 0.7 s of the 1.7 s.
  expect(outcomes.dropped).toBeGreaterThanOrEqual(60);
  expect(outcomes.ok + outcomes.dropped).toBe(250);
  expect(seconds.map(({ second }) => second)).toEqual([0, 1, 2]);
  expect(seconds.reduce((sum, { droppedByGenerator }) => sum + droppedByGenerator, 0)).toBe(outcomes.dropped);
  expect(Math.max(...seconds.flatMap(({ latenessUs }) => [...latenessUs]))).toBeGreaterThan(500_000);
});

test('a target whose certificate nobody vouches for is refused before anything is asked', async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keyType: 'ec',
  });
  let asked = 0;
  const server = createServer({ key, cert }, (_, response) => {
    asked++;
    response.end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const { outcomes } = await play(new URL(`https://127.0.0.1:${port}`));
  server.close();
  expect(outcomes).toMatchObject({ refused: total });
  expect(asked).toBe(0);
});
