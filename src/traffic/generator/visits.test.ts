import { describe, expect, it } from 'vitest';
import { get, play, playAgainst } from '../../../test/traffic/play.ts';
import { answer, type Received } from '../../../test/traffic/target.ts';
import type { Phase, RequestSpec, TrafficPlan } from '../plan.ts';

const users = (count: number, durationMs: number): Phase => ({
  name: `${count} users`,
  durationMs,
  rate: { kind: 'users', users: count },
});
const sumOf = (seconds: { sessions?: { started: number; completed: number; broken: number } }[]) => {
  const sum = { started: 0, completed: 0, broken: 0 };
  for (const { sessions = sum } of seconds) {
    if (sessions === sum) continue;
    sum.started += sessions.started;
    sum.completed += sessions.completed;
    sum.broken += sessions.broken;
  }
  return sum;
};
const after = (ms: number, act: () => void): void => void setTimeout(act, ms);

describe.concurrent('users of the closed model', () => {
  it('have one request under way each, on a connection of their own, and act again when answered', async () => {
    let underWay = 0;
    let most = 0;
    const { outcomes, scheduled, target } = await playAgainst(
      (request) => {
        most = Math.max(most, ++underWay);
        after(20, () => {
          underWay--;
          request.finish(answer());
        });
      },
      { phases: [users(5, 300)] },
    );
    expect(most).toBe(5);
    expect(outcomes.ok).toBe(scheduled);
    // 300 ms of 20 ms each, and a little on top of each.
    expect(scheduled).toBeLessThanOrEqual(5 * 15);
    expect(scheduled).toBeGreaterThanOrEqual(5 * 2);
    expect(target.accepted).toBe(5);
    const byUser = Map.groupBy(target.received, ({ socket }) => socket);
    expect(byUser.size).toBe(5);
  });

  it('pause between their requests', async () => {
    const { scheduled } = await playAgainst(({ finish }) => finish(answer()), {
      phases: [users(4, 300)],
      think: { fromMs: 100, toMs: 120 },
    });
    // Each begins within the first 110 ms and then acts at most every 100 ms.
    expect(scheduled).toBeLessThanOrEqual(4 * 3);
    expect(scheduled).toBeGreaterThanOrEqual(4 * 1);
  });

  it('come and go with the phases', async () => {
    const seen = new Map<Received['socket'], number[]>();
    const began = performance.now();
    await playAgainst(
      (request) => {
        const at = performance.now() - began;
        seen.set(request.socket, [...(seen.get(request.socket) ?? []), at]);
        after(10, () => request.finish(answer()));
      },
      { phases: [users(1, 150), users(6, 150), users(2, 200)] },
    );
    expect(seen.size).toBe(6);
    const lastOf = [...seen.values()].map((times) => times.at(-1) ?? 0).toSorted((a, b) => b - a);
    expect(lastOf.slice(0, 2).every((at) => at > 350)).toBe(true);
    expect(lastOf.slice(2).every((at) => at < 420)).toBe(true);
  });

  it('do not hammer a target that is down', async () => {
    const { outcomes, scheduled } = await play(new URL('http://127.0.0.1:1'), { phases: [users(3, 250)] });
    expect(outcomes.refused).toBe(scheduled);
    expect(scheduled).toBeLessThanOrEqual(9);
    expect(scheduled).toBeGreaterThanOrEqual(3);
  });
});

const login: RequestSpec = {
  ...get,
  name: 'login',
  method: 'POST',
  path: '/login',
  saves: [
    { variable: 'token', from: { of: 'json', path: ['token'] } },
    { variable: 'tag', from: { of: 'header', name: 'etag' } },
  ],
};
const quote: RequestSpec = { ...get, path: '/quote/${tag}', headers: { authorization: 'Bearer ${token}' } };
const order: RequestSpec = {
  ...get,
  name: 'order',
  method: 'POST',
  path: '/orders',
  body: '{"token":"${token}","client":"${client}"}',
  bodyFormat: 'json',
  think: { fromMs: 15, toMs: 15 },
};
const session: Partial<TrafficPlan> = {
  requests: [login, quote, order],
  session: { cookies: true },
  variables: { client: { kind: 'sequence', from: 100, to: null } },
  phases: [{ name: 'p', durationMs: 200, rate: { kind: 'constant', rate: 50 } }],
};

/** Answers as a service that knows its sessions; the third log-in of each three gets no token. */
function desk(request: Received, refuseEvery = 0): void {
  const n = Number(/-(\d+)/.exec(request.id)?.[1]);
  if (request.path === '/login' && refuseEvery > 0 && n % refuseEvery === 2) request.finish(answer('{}'));
  else if (request.path === '/login') {
    const headers = `etag: e${n}\r\nset-cookie: sid=s${n}; Path=/\r\nset-cookie: old=1\r\n`;
    request.finish(answer(JSON.stringify({ token: n }), { headers }));
  } else request.finish(answer('ok', { headers: 'set-cookie: old=; Max-Age=0\r\n' }));
}

describe.concurrent('sessions', () => {
  it('go through their steps in sequence and carry over what was answered', async () => {
    const { seconds, scheduled, outcomes, target } = await playAgainst((request) => desk(request), session);
    expect(sumOf(seconds)).toMatchObject({ started: 10, broken: 0 });
    expect(outcomes.ok).toBe(scheduled);
    const byId = new Map(target.received.map((request) => [request.id, request]));
    for (const request of byId.values()) {
      const [, index = '', step = '0'] = /-(\d+)(?:\.(\d+))?$/.exec(request.id) ?? [];
      if (step === '0') expect(request.head).not.toContain('Cookie:');
      if (step === '1') {
        expect(request.path).toBe(`/quote/e${index}`);
        expect(request.head).toContain(`authorization: Bearer ${index}\r\n`);
        expect(request.head).toMatch(new RegExp(`Cookie: sid=s${index}; old=1$`, 'm'));
      }
      if (step === '2') {
        expect(JSON.parse(request.body)).toEqual({ token: Number(index), client: 100 + Number(index) });
        expect(request.head).toMatch(new RegExp(`Cookie: sid=s${index}$`, 'm'));
        expect(byId.has(request.id.replace(/2$/, '1'))).toBe(true);
      }
    }
    expect([...byId.values()].filter(({ path }) => path === '/orders').length).toBeGreaterThan(5);
  });

  it('end where a step does, and say what its answer lacked', async () => {
    const { seconds, target } = await playAgainst((request) => desk(request, 3), session);
    const { started, broken } = sumOf(seconds);
    expect({ started, broken }).toEqual({ started: 10, broken: 3 });
    const failed = seconds.map(({ failedChecks }) => failedChecks ?? {});
    expect(failed).toContainEqual({
      'login: save token from json token': 3,
      'login: save tag from header etag': 3,
    });
    const broke = target.received.filter(({ id }) => /-(2|5|8)(\.|$)/.test(id));
    expect(broke.map(({ path }) => path)).toEqual(['/login', '/login', '/login']);
  });

  it('are counted also when they end long after their second', async () => {
    const { seconds, outcomes } = await playAgainst(
      (request) => (request.path === '/login' ? desk(request) : undefined),
      {
        ...session,
        phases: [{ name: 'p', durationMs: 400, rate: { kind: 'constant', rate: 7.5 } }],
        timeoutMs: 60,
      },
    );
    expect(outcomes).toMatchObject({ ok: 3, timeout: 3 });
    expect(sumOf(seconds)).toEqual({ started: 3, completed: 0, broken: 3 });
  });

  it('are made by users as well, one after the other', async () => {
    const { seconds, target } = await playAgainst((request) => desk(request), {
      ...session,
      phases: [users(2, 250)],
      think: { fromMs: 5, toMs: 5 },
    });
    const { started, completed } = sumOf(seconds);
    expect(completed).toBeGreaterThan(2);
    expect(started - completed).toBeLessThanOrEqual(2);
    expect(target.accepted).toBe(2);
  });
});
