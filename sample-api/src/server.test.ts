import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';

interface Running {
  port: number;
  child: ChildProcess;
  /** Log lines so far, parsed. */
  lines: Record<string, unknown>[];
  /** Resolves with the first line that matches, past or to come. */
  line(match: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  exit: Promise<number | null>;
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function spawnServer(env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [new URL('server.ts', import.meta.url).pathname], {
    env: {
      PATH: process.env['PATH'],
      POD_IP: '127.0.0.1',
      PORT: '0',
      POD_NAME: 'pod-a',
      NODE_NAME: 'node-1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

async function start(env: Record<string, string> = {}): Promise<Running> {
  const child = spawnServer({ QUOTE_WORK_MS: '1', ...env });
  const lines: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout! }).on('line', (text) => {
    lines.push(JSON.parse(text) as Record<string, unknown>);
    for (const look of waiting) look();
  });
  const line: Running['line'] = (match) =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = lines.find((entry) => match(entry));
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const { port } = await line(({ message }) => message === 'listening');
  if (env['STARTUP_DELAY_MS'] === undefined) await line(({ message }) => message === 'ready');
  return { port: port as number, child, lines, line, exit };
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

function ask(
  { port }: Running,
  path: string,
  { method = 'GET', headers = {}, body, agent }: AskOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers, agent: agent ?? false },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: text }),
        );
      },
    );
    sent.on('error', reject).end(body);
  });
}
interface AskOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  agent?: Agent;
}

const json = { 'content-type': 'application/json' };
const order = JSON.stringify({ symbol: 'AAPL', side: 'buy', quantity: 100 });

describe('the sample API', () => {
  it('answers quotes and orders, and says what is wrong with a request', async () => {
    const server = await start({ ORDERS_WAIT_MS: '1' });

    const quote = await ask(server, '/quote/aapl');
    expect(quote.status).toBe(200);
    expect(JSON.parse(quote.body)).toMatchObject({ symbol: 'AAPL', bid: expect.any(Number) });

    const placed = await ask(server, '/orders', { method: 'POST', headers: json, body: order });
    expect(placed.status).toBe(201);
    expect(JSON.parse((await ask(server, '/orders')).body)).toEqual({ orders: [JSON.parse(placed.body)] });

    const refused = await ask(server, '/orders', { method: 'POST', headers: json, body: '{"side":"hold"}' });
    expect(refused.status).toBe(400);
    expect((JSON.parse(refused.body) as { problems: string[] }).problems).toHaveLength(3);
    expect((await ask(server, '/orders', { method: 'POST', headers: json, body: '{"sy' })).status).toBe(400);
    expect((await ask(server, '/quote/not%20a%20symbol')).status).toBe(400);
    expect((await ask(server, '/quote/%zz')).status).toBe(400);
    expect((await ask(server, '/nowhere')).status).toBe(404);
  });

  it('names its pod, its node and the request on every answer, errors included', async () => {
    const server = await start();
    const answers = await Promise.all([
      ask(server, '/quote/AAPL', { headers: { 'x-request-id': 'r-1' } }),
      ask(server, '/nowhere', { headers: { 'x-request-id': 'r-1' } }),
      ask(server, '/orders', { method: 'POST', headers: { ...json, 'x-request-id': 'r-1' }, body: '{' }),
    ]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({ 'x-pod': 'pod-a', 'x-node': 'node-1', 'x-request-id': 'r-1' });
    }

    const socket = connect(server.port, '127.0.0.1');
    socket.end('this is not HTTP\r\n\r\n');
    const [answer] = (await once(socket.setEncoding('utf8'), 'data')) as [string];
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*x-pod: pod-a\r\nx-node: node-1\r\n/);
  });

  it('logs one line for each request, but none for probes that succeed', async () => {
    const server = await start();
    await ask(server, '/readyz');
    await ask(server, '/nowhere', { headers: { 'x-request-id': 'r-7' } });
    const line = await server.line(({ id }) => id === 'r-7');
    expect(line).toMatchObject({
      method: 'GET',
      path: '/nowhere',
      status: 404,
      durationMs: expect.any(Number),
    });
    expect(server.lines.filter(({ id }) => id !== undefined)).toHaveLength(1);
  });

  it('counts requests by route and status for Prometheus', async () => {
    const server = await start();
    for (const path of ['/quote/AAPL', '/quote/MSFT', '/quote/!!!']) await ask(server, path);
    const { body, headers } = await ask(server, '/metrics');
    expect(headers['content-type']).toContain('version=0.0.4');
    expect(body).toContain('openbell_requests_total{route="/quote/:symbol",method="GET",status="200"} 2\n');
    expect(body).toContain('openbell_requests_total{route="/quote/:symbol",method="GET",status="400"} 1\n');
    expect(body).toMatch(/openbell_request_duration_seconds_count\{route="\/quote\/:symbol"\} 3\n/);
  });

  it('is alive but not ready while it starts', async () => {
    const server = await start({ STARTUP_DELAY_MS: '300' });
    expect((await ask(server, '/livez')).status).toBe(200);
    expect((await ask(server, '/readyz')).status).toBe(503);
    expect((await ask(server, '/quote/AAPL')).status).toBe(503);
    await server.line(({ message }) => message === 'ready');
    expect((await ask(server, '/readyz')).status).toBe(200);
  });

  it('on SIGTERM is not ready, answers what is under way and what still comes, and exits 0', async () => {
    const server = await start({ ORDERS_WAIT_MS: '200', DRAIN_MS: '300' });
    const agent = new Agent({ keepAlive: true });
    await ask(server, '/livez', { agent });
    const underWay = ask(server, '/orders');
    const idle = connect(server.port, '127.0.0.1');
    await once(idle, 'connect');
    // Answered on a later connection, so the one before it has been accepted.
    await ask(server, '/livez');

    server.child.kill('SIGTERM');
    await server.line(({ message }) => message === 'draining');

    const probe = await ask(server, '/readyz', { agent });
    expect(probe).toMatchObject({ status: 503, headers: { connection: 'close' } });
    expect(await ask(server, '/quote/AAPL')).toMatchObject({ status: 200, headers: { connection: 'close' } });
    expect(await underWay).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await once(idle.resume(), 'close');
    expect(await server.exit).toBe(0);
    await expect(ask(server, '/livez')).rejects.toThrow('ECONNREFUSED');
  });

  it('finishes a request that outlasts the draining', async () => {
    const server = await start({ ORDERS_WAIT_MS: '250', DRAIN_MS: '0' });
    const underWay = ask(server, '/orders');
    await ask(server, '/livez');
    server.child.kill('SIGTERM');
    expect((await underWay).status).toBe(200);
    expect(await server.exit).toBe(0);
  });

  it('does not start with settings it cannot use', async () => {
    const child = spawnServer({ QUOTE_WORK_MS: 'fast' });
    let message = '';
    child.stderr!.setEncoding('utf8').on('data', (part: string) => (message += part));
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(message).toContain('QUOTE_WORK_MS: expected milliseconds from 0 to 10000, got "fast"');
  });
});
