import { describe, expect, test } from 'vitest';
import { get, play, playAgainst, total, unhurried } from '../../../test/traffic/play.ts';
import { answer, Target, type Behaviour, type Received } from '../../../test/traffic/target.ts';
import type { OutcomeCounts } from '../../journal/index.ts';

import type { TrafficPlan } from '../plan.ts';

const after = (ms: number, act: () => void): void => void setTimeout(act, ms);
const writeThen = (request: Received, bytes: string, act: (request: Received) => void): void => {
  request.socket.write(bytes, 'latin1', () => act(request));
};

describe.concurrent('answers that are right, however unusual, count as ok', () => {
  const head = { ...get, method: 'HEAD' };
  test.each<[string, Behaviour, Partial<TrafficPlan>, 'kept' | 'closed' | 'either']>([
    ['with a length', ({ finish }) => finish(answer()), {}, 'kept'],
    ['empty', ({ finish }) => finish(answer('')), {}, 'kept'],
    [
      'in two pieces',
      (r) => writeThen(r, answer().slice(0, 30), () => r.finish(answer().slice(30))),
      {},
      'kept',
    ],
    ['of 300 KB', ({ finish }) => finish(answer('x'.repeat(300_000))), {}, 'kept'],
    [
      'with a head of 60 KB',
      ({ finish }) => finish(answer('x', { headers: `h: ${'y'.repeat(60_000)}\r\n` })),
      {},
      'kept',
    ],
    [
      'with a long head in two pieces after one with a long body',
      (r) => {
        const long = answer('x', { headers: `h: ${'y'.repeat(60_000)}\r\n` });
        if (r.nth % 2 === 1) r.finish(answer('x'.repeat(60_000)));
        else writeThen(r, long.slice(0, 40_000), () => after(3, () => r.finish(long.slice(40_000))));
      },
      {},
      'kept',
    ],
    [
      'to HEAD, with a length',
      ({ finish }) => finish('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n'),
      { requests: [head] },
      'kept',
    ],
    [
      'to HEAD, without a length',
      ({ finish }) => finish('HTTP/1.1 200 OK\r\n\r\n'),
      { requests: [head] },
      'kept',
    ],
    [
      'to HEAD, chunked',
      ({ finish }) => finish('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'),
      { requests: [head] },
      'kept',
    ],
    ['204', ({ finish }) => finish('HTTP/1.1 204 No Content\r\n\r\n'), {}, 'kept'],
    [
      '204 with a length',
      ({ finish }) => finish('HTTP/1.1 204 No Content\r\ncontent-length: 7\r\n\r\n'),
      {},
      'kept',
    ],
    [
      '304 with the length of what it stands for',
      ({ finish }) => finish('HTTP/1.1 304 Not Modified\r\ncontent-length: 7\r\n\r\n'),
      {},
      'kept',
    ],
    ['100 first', ({ finish }) => finish(`HTTP/1.1 100 Continue\r\n\r\n${answer()}`), {}, 'kept'],
    [
      '103 well before',
      (r) =>
        writeThen(r, 'HTTP/1.1 103 Early Hints\r\nlink: </s>\r\n\r\n', () =>
          after(5, () => r.finish(answer())),
        ),
      {},
      'kept',
    ],
    [
      'chunked',
      ({ finish }) =>
        finish('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n'),
      {},
      'kept',
    ],
    [
      'chunked with trailers',
      ({ finish }) =>
        finish('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 1\r\n\r\n'),
      {},
      'kept',
    ],
    [
      'ended by the connection',
      ({ finish, socket }) => finish('HTTP/1.1 200 OK\r\n\r\nhello', () => socket.end()),
      {},
      'closed',
    ],
    [
      'HTTP/1.0',
      ({ finish, socket }) => finish('HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok', () => socket.end()),
      {},
      'closed',
    ],
    [
      'with Connection: close',
      ({ finish, socket }) => finish(answer('x', { headers: 'connection: close\r\n' }), () => socket.end()),
      {},
      'closed',
    ],
    [
      'with Connection: close that is not kept',
      ({ finish }) => finish(answer('x', { headers: 'connection: close\r\n' })),
      {},
      'closed',
    ],
    [
      'byte by byte',
      ({ socket, finish }) => {
        const bytes = answer('x').split('');
        const next = (): void => {
          const byte = bytes.shift() ?? '';
          if (bytes.length === 0) finish(byte);
          else socket.write(byte, () => setImmediate(next));
        };
        next();
      },
      {},
      'kept',
    ],
    ['followed by one that nobody asked for', ({ finish }) => finish(answer() + answer()), {}, 'closed'],
    ['followed by noise', ({ finish }) => finish(`${answer()}noise`), {}, 'closed'],
    [
      'followed by the announced end of keep-alive',
      ({ finish }) => finish(answer('x', { headers: 'keep-alive: timeout=1\r\n' })),
      {},
      'either',
    ],
    [
      'with a limit of requests per connection',
      ({ finish, nth }) => finish(answer('x', { headers: nth === 10 ? 'connection: close\r\n' : '' })),
      {},
      'either',
    ],
    [
      'redirecting',
      ({ finish }) => finish(answer('', { status: 302, headers: 'location: /\r\n' })),
      {},
      'kept',
    ],
  ])('%s', async (_name, behaviour, change, connections) => {
    // With one connection an arrival that finds it busy is dropped, and what is served shows how often it was reused.
    const one = connections === 'kept' ? { connections: 1 } : {};
    const { outcomes, target } = await playAgainst(behaviour, { ...change, ...one });
    expect(outcomes.ok).toBeGreaterThan(0);
    expect(outcomes.ok + outcomes.dropped).toBe(total);
    if (connections === 'kept') expect(target.accepted).toBe(1);
    else expect(outcomes.dropped).toBe(0);
    if (connections === 'closed') expect(target.accepted).toBe(total);
  });
});

describe.concurrent('what is no answer is counted for what it is', () => {
  const rst: Behaviour = ({ socket }) => void socket.resetAndDestroy();
  const fin: Behaviour = ({ socket }) => void socket.end();
  test.each<[string, Behaviour, Partial<OutcomeCounts>]>([
    ['RST', rst, { reset: total }],
    ['RST in the middle of the head', (r) => writeThen(r, 'HTTP/1.1 200 OK\r\ncont', rst), { reset: total }],
    [
      'RST in the middle of the body',
      (r) => writeThen(r, answer('hello').slice(0, -2), rst),
      { reset: total },
    ],
    [
      'RST in a body without a length',
      (r) => writeThen(r, 'HTTP/1.1 200 OK\r\n\r\nhel', rst),
      { reset: total },
    ],
    ['FIN', fin, { reset: total }],
    ['FIN in the middle of the head', (r) => writeThen(r, 'HTTP/1.1 200 OK\r\ncont', fin), { reset: total }],
    [
      'FIN in the middle of the body',
      (r) => writeThen(r, answer('hello').slice(0, -2), fin),
      { reset: total },
    ],
    [
      'FIN between chunks',
      (r) => writeThen(r, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n', fin),
      { reset: total },
    ],
    ['FIN after 100', (r) => writeThen(r, 'HTTP/1.1 100 Continue\r\n\r\n', fin), { reset: total }],
    ['garbage', ({ socket }) => void socket.write('\u0000\u0001 no http \r\n\r\n'), { reset: total }],
    [
      'a chunk size that is none',
      ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n\r\n'),
      { reset: total },
    ],
    [
      'a length that is none',
      ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\nhello'),
      { reset: total },
    ],
    [
      'a negative length',
      ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello'),
      { reset: total },
    ],
    [
      'two different lengths',
      ({ socket }) =>
        void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nhello'),
      { reset: total },
    ],
    [
      'a head without end',
      ({ socket }) => void socket.write(`HTTP/1.1 200 OK\r\nh: ${'y'.repeat(200_000)}`),
      { reset: total },
    ],
    ['an error', ({ finish }) => finish(answer('no', { status: 503 })), { http_error: total }],
    ['not found', ({ finish }) => finish(answer('no', { status: 404 })), { http_error: total }],
    [
      'another protocol',
      ({ finish }) => finish('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
      { http_error: total },
    ],
  ])('%s', async (_name, behaviour, expected) => {
    const { outcomes, target } = await playAgainst(behaviour);
    expect(outcomes).toMatchObject(expected);
    // One connect attempt per arrival at the most: nothing reconnects by itself.
    expect(target.accepted).toBeLessThanOrEqual(total);
  });

  test.each<[string, Behaviour]>([
    ['silence', () => {}],
    [
      'an answer after the deadline',
      ({ socket, finish }) => after(1500, () => void (socket.destroyed || finish(answer()))),
    ],
    ['a body that stops', ({ socket }) => void socket.write(answer('hello').slice(0, -2))],
    [
      'one byte now and then',
      ({ socket }) => {
        const timer = setInterval(() => socket.write('H'), 20);
        socket.on('close', () => clearInterval(timer));
      },
    ],
  ])('%s times out', async (_name, behaviour) => {
    const { outcomes, seconds } = await playAgainst(behaviour, { timeoutMs: 100 });
    expect(outcomes).toMatchObject({ timeout: total });
    // Service and response time in turn.
    expect(Math.min(...(seconds[0]?.samplesUs.timeout ?? []))).toBeGreaterThanOrEqual(100_000);
  });

  test('an answer that is read after its deadline and before the next sweep', async () => {
    let aheadMs = 0;
    const clock = unhurried();
    const target = await Target.listen(({ finish }) => {
      aheadMs = 200;
      finish(answer());
    });
    const phases = [{ name: 'one', durationMs: 50, rate: { kind: 'constant' as const, rate: 20 } }];
    const { outcomes } = await play(target, { phases, timeoutMs: 100 }, () => clock() + aheadMs);
    target.close();
    expect(outcomes).toMatchObject({ timeout: 1 });
  });

  test('a closed port refuses each arrival once', async () => {
    const target = await Target.listen(() => {});
    target.close();
    const { outcomes, seconds } = await play(target);
    expect(outcomes).toMatchObject({ refused: total });
    expect(seconds[0]?.connections).toEqual({ open: 0, opened: 0, closed: 0 });
  });

  test('a target that is killed and comes back loses only what met its absence', async () => {
    const target = await Target.listen(({ finish }) => finish(answer()));
    const playing = play(target, {
      phases: [{ name: 'p', durationMs: 450, rate: { kind: 'constant', rate: 200 } }],
    });
    after(150, () => target.close());
    let before = 0;
    after(300, () => {
      before = target.finished.size;
      void target.open();
    });
    const { outcomes, scheduled } = await playing;
    target.close();
    expect(outcomes.ok + outcomes.refused + outcomes.reset).toBe(scheduled);
    expect(outcomes.refused).toBeGreaterThan(0);
    expect(target.finished.size).toBeGreaterThan(before);
    // A RST can destroy an answer that was on its way, on each connection once.
    expect(target.finished.size - outcomes.ok).toBeLessThanOrEqual(outcomes.reset);
  });

  test('an unsolicited 408 on an idle connection costs no request but those it crosses', async () => {
    const target = await Target.listen(({ finish, socket }) => {
      finish(answer(), () => after(3, () => socket.end(answer('', { status: 408 }))));
    });
    const { outcomes, statuses, scheduled } = await play(target);
    target.close();
    expect(outcomes.ok).toBe(target.finished.size);
    expect(outcomes.http_error).toBe(statuses['408'] ?? 0);
    expect(outcomes.ok + outcomes.http_error + outcomes.reset).toBe(scheduled);
  });
});
