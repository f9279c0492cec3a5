import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seededRandom, until } from '../../../../support/index.ts';
import { DataPlane } from './data-plane.ts';
import { freePort } from './local-services.ts';
import type { Backend, Rule } from './rules.ts';

let plane: DataPlane;
let port: number;
let messages: string[];
const open: (Server | Socket)[] = [];

beforeEach(async () => {
  messages = [];
  const log = (message: string): void => void messages.push(message);
  plane = new DataPlane({ log, speedup: 1, node: 'here', random: seededRandom(7) });
  port = await freePort();
});
afterEach(() => {
  plane.close();
  for (const each of open.splice(0)) {
    if ('destroy' in each) each.destroy();
    else each.close();
  }
});

async function backend(onConnection: (socket: Socket) => void): Promise<Backend> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.push(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

/** A backend that says its name and then echoes. */
const echo = (name: string): Promise<Backend> =>
  backend((socket) => {
    socket.write(`${name}\n`);
    socket.pipe(socket);
  });

function rule(backends: Backend[], more: Partial<Rule> = {}): Rule {
  const service = 'default/web:http';
  return {
    service,
    for: 'outside',
    host: '127.0.0.1',
    port,
    backends,
    affinitySeconds: null,
    ...more,
  };
}

/** A client connection; what it was told and how it ended. */
async function client(): Promise<{ socket: Socket; text: () => string; ended: Promise<string> }> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  open.push(socket);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<string>((resolve) => {
    socket.on('end', () => resolve('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
    socket.once('error', () => resolve());
  });
  return { socket, text: () => text, ended };
}

async function served(expected?: RegExp): Promise<Awaited<ReturnType<typeof client>>> {
  const opened = await until(
    async () => {
      const one = await client();
      await Promise.race([once(one.socket, 'data'), one.ended]);
      return one.text() === '' ? undefined : one;
    },
    { what: 'a served connection', deadlineMs: 5_000, everyMs: 5 },
  );
  if (expected !== undefined) expect(opened.text()).toMatch(expected);
  return opened;
}

describe('a served address', () => {
  test('spreads new connections over the backends', async () => {
    plane.apply([rule([await echo('a'), await echo('b'), await echo('c')])]);
    const seen = new Set<string>();
    for (let n = 0; n < 20; n++) seen.add((await served()).text().trim());
    expect([...seen].sort()).toEqual(['a', 'b', 'c']);
  });

  test('keeps a connection with its backend when the endpoint leaves', async () => {
    const [a, b] = [await echo('a'), await echo('b')];
    plane.apply([rule([a])]);
    const old = await served(/^a/);
    plane.apply([rule([b])]);
    await served(/^b/);
    old.socket.write('still there');
    await until(() => old.text().includes('still there'), { what: 'the echo', deadlineMs: 2_000 });
  });

  test('refuses connections while there is no endpoint, and serves again when there is one', async () => {
    plane.apply([rule([])]);
    expect(await (await client()).ended).toBe('ECONNREFUSED');
    plane.apply([rule([await echo('a')])]);
    await served(/^a/);
    plane.apply([rule([])]);
    expect(await (await client()).ended).toBe('ECONNREFUSED');
    plane.apply([]);
    expect(await (await client()).ended).toBe('ECONNREFUSED');
  });

  test('resets the client when the backend does not answer, without trying another', async () => {
    const dead = { host: '127.0.0.1', port: await freePort() };
    plane.apply([rule([dead])]);
    const { ended } = await until(
      async () => {
        const one = await client();
        return (await one.ended) === 'ECONNREFUSED' ? undefined : one;
      },
      { what: 'the address to be served', deadlineMs: 5_000, everyMs: 5 },
    );
    expect(await ended).toBe('ECONNRESET');
  });

  test('stays with one backend per client where session affinity is asked for', async () => {
    plane.apply([rule([await echo('a'), await echo('b'), await echo('c')], { affinitySeconds: 60 })]);
    const seen = new Set<string>();
    for (let n = 0; n < 10; n++) seen.add((await served()).text());
    expect(seen.size).toBe(1);
  });

  test('that another program holds is complained about once and served when it becomes free', async () => {
    const holder = createServer().listen(port, '127.0.0.1');
    await once(holder, 'listening');
    plane.apply([rule([await echo('a')])]);
    await until(() => messages.length > 0, { what: 'the message', deadlineMs: 2_000, everyMs: 5 });
    expect(messages).toEqual([
      expect.stringMatching(/^cannot serve default\/web:http at 127\.0\.0\.1:\d+: .*EADDRINUSE/),
    ]);
    holder.close();
    await served(/^a/);
  });
});

describe('a relayed connection', () => {
  test('passes a half-close on and lets the answer finish', async () => {
    const target = await backend((socket) => {
      let got = 0;
      socket.on('data', (chunk: Buffer) => (got += chunk.length));
      socket.on('end', () => socket.end(`got ${got}`));
      socket.write('hi ');
    });
    plane.apply([rule([target])]);
    const { socket, text, ended } = await served();
    socket.end('x'.repeat(100_000));
    expect(await ended).toBe('end');
    expect(text()).toBe('hi got 100000');
  });

  test('passes a reset by the backend on', async () => {
    const target = await backend((socket) => {
      socket.write('x', () => setTimeout(() => socket.resetAndDestroy(), 20));
    });
    plane.apply([rule([target])]);
    expect(await (await served()).ended).toBe('ECONNRESET');
  });

  test('passes a reset by the client on', async () => {
    const failure = Promise.withResolvers<string>();
    const target = await backend((socket) => {
      socket.write('x');
      socket.on('error', (error: NodeJS.ErrnoException) => failure.resolve(error.code ?? ''));
    });
    plane.apply([rule([target])]);
    (await served()).socket.resetAndDestroy();
    expect(await failure.promise).toBe('ECONNRESET');
  });

  test('does not gather what the client is slow to read', async () => {
    let written = 0;
    const target = await backend((socket) => {
      const chunk = Buffer.alloc(64 * 1024);
      const fill = (): void => {
        while (written < 256 * 1024 * 1024 && socket.write(chunk)) written += chunk.length;
      };
      socket.on('drain', fill);
      socket.write('start', fill);
    });
    plane.apply([rule([target])]);
    const { socket } = await served();
    socket.pause();
    let before = -1;
    // Until the kernel's buffers are full and nothing moves any more.
    await until(
      () => {
        const still = written === before;
        before = written;
        return still;
      },
      { what: 'the backend to be slowed down', deadlineMs: 9_000, everyMs: 80 },
    );
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });
});

describe('a link that is cut', () => {
  const there = async (name: string, node = 'there'): Promise<Backend> => ({ ...(await echo(name)), node });
  /** Long enough for a connection on this machine to be answered many times over. */
  const silence = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));

  test('lets nothing pass until it is mended, and loses nothing', async () => {
    plane.apply([rule([await there('a')])]);
    const old = await served(/^a/);
    expect(plane.relink(new Set(['there']))).toEqual({ held: 1 });
    old.socket.write('through');
    await silence();
    expect(old.text()).toBe('a\n');
    expect(plane.relink(new Set())).toEqual({ held: 0 });
    await until(() => old.text() === 'a\nthrough', { what: 'the echo', deadlineMs: 2_000 });
  });

  test('accepts new connections, and makes them when it is mended', async () => {
    plane.apply([rule([await there('a')])]);
    await served(/^a/);
    plane.relink(new Set(['there']));
    const fresh = await client();
    fresh.socket.write('early');
    await silence();
    expect(fresh.text()).toBe('');
    plane.relink(new Set());
    await until(() => fresh.text() === 'a\nearly', { what: 'the echo', deadlineMs: 2_000 });
  });

  test('brings nothing of clients that have given up', async () => {
    const heard: string[] = [];
    const listener = await backend((socket) => void socket.on('data', (chunk) => heard.push(String(chunk))));
    plane.apply([rule([{ ...listener, node: 'there' }])]);
    plane.relink(new Set(['there']));
    const tried = await until(
      async () => {
        const one = await client();
        return one.socket.readyState === 'open' ? one : undefined;
      },
      { what: 'a connection', deadlineMs: 2_000 },
    );
    tried.socket.end('too late');
    await silence();
    plane.relink(new Set());
    const { socket } = await client();
    socket.write('in time');
    await until(() => heard.length > 0, { what: 'a request', deadlineMs: 2_000 });
    expect(heard).toEqual(['in time']);
  });

  test.each([
    ['of this node holds what comes from outside', 'outside', 'here', 'here', true],
    ['of this node leaves its own pods their way to each other', 'own pods', 'here', 'here', false],
    ['of this node holds what its pods say to others', 'own pods', 'there', 'here', true],
    ['of another node leaves the rest alone', 'outside', 'elsewhere', 'there', false],
  ] as const)('%s', async (_what, who, node, cut, held) => {
    plane.apply([rule([await there('a', node)], { for: who })]);
    await served(/^a/);
    plane.relink(new Set([cut]));
    const fresh = await client();
    if (held) await silence();
    else await until(() => fresh.text() !== '', { what: 'an answer', deadlineMs: 2_000 });
    expect(fresh.text()).toBe(held ? '' : 'a\n');
  });
});
