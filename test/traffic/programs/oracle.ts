/**
 * The target of the fault matrix: answers on raw sockets as it is told, also wrongly, and appends a line to its log for
 * each request received and each answer given, so that what a load generator says can be held against what happened.
 *
 *   node oracle.ts <log file> <folder with certificates> <ms that late answers take>
 *
 * It is told by IPC what to do ({@link Order}) and answers `{ done }`; SIGTERM drains it. Log lines (instants are
 * `monotonicMs()`, connections `pid.number`): `l ms port` listens · `n ms` does not any more · `r ms conn id` request
 * received · `a ms conn id status` the last byte of a whole, legal answer is about to be sent · `f ms conn id` it has been
 * handed to the system · `u ms conn status` an answer to nobody · `c ms conn` the connection is cut · `s from to` the
 * process stood still.
 */
import { readFileSync, openSync, writeSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { monotonicMs } from '../../../src/support/index.ts';
import { answers, plain, type AnswerName, type Asked } from './answers.ts';
import { goFirst } from './priority.ts';
import { watchForStalls } from './stalls.ts';

/** What the oracle can be told. */
export type Order =
  | { kind: 'listen'; port: number; backlog?: number }
  /** Requests are answered so from now on; of several ways one is drawn by the request's id. */
  | { kind: 'answer'; ways: AnswerName[] }
  /** The port is closed and every connection reset. */
  | { kind: 'close' }
  /** Nothing is accepted, read or answered for so long. */
  | { kind: 'block'; ms: number }
  /** Somebody else listens on the port and accepts nobody; open connections go on. */
  | { kind: 'hang'; port: number }
  | { kind: 'unhang'; port: number }
  /** Connections are secured with this certificate from now on; the open ones are reset. */
  | { kind: 'certificate'; name: 'valid' | 'expired' };

const [logFile = '', certificates = '', late = ''] = process.argv.slice(2);
const log = openSync(logFile, 'a');
const line = (kind: string, rest: string): void =>
  void writeSync(log, `${kind} ${monotonicMs().toFixed(3)} ${rest}\n`);

const open = new Map<string, Socket>();
const deaf = new Set<string>();
let server: Server | null = null;
let secure: SecureContext | null = null;
let ways: AnswerName[] = [];
let draining = false;
let accepted = 0;
let hanging: Worker | null = null;

goFirst();
void watchForStalls((fromMs, toMs) => {
  writeSync(log, `s ${fromMs.toFixed(3)} ${toMs.toFixed(3)}\n`);
});
process.on('SIGTERM', drain);
process.on('disconnect', () => process.exit());
process.on('message', (order: Order) => {
  void follow(order).then((done) => process.send?.({ done }));
});
process.send?.({ done: 'ready' });

async function follow(order: Order): Promise<unknown> {
  switch (order.kind) {
    case 'listen':
      return listen(order.port, order.backlog);
    case 'answer':
      ways = order.ways;
      return null;
    case 'close':
      await stopListening();
      resetAll();
      return null;
    case 'block':
      resetAll();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, order.ms);
      return null;
    case 'hang':
      await stopListening();
      return hang(order.port);
    case 'unhang':
      await hanging?.terminate();
      return listen(order.port);
    case 'certificate':
      secure = createSecureContext({
        key: readFileSync(join(certificates, `${order.name}.key`)),
        cert: readFileSync(join(certificates, `${order.name}.crt`)),
      });
      resetAll();
      return null;
  }
}

function listen(port: number, backlog = 511): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server = createServer({ noDelay: true }, accept);
  server.once('error', reject);
  server.listen({ port, host: '127.0.0.1', backlog }, () => {
    line('l', String(port));
    resolve(port);
  });
  return promise.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') return 0;
    throw error;
  });
}

function stopListening(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // The port is closed at once; the callback would wait for the connections.
  server?.close();
  server = null;
  line('n', '');
  setImmediate(resolve);
  return promise;
}

function accept(raw: Socket): void {
  const connection = `${process.pid}.${++accepted}`;
  const socket = secure === null ? raw : new TLSSocket(raw, { isServer: true, secureContext: secure });
  open.set(connection, raw);
  raw.on('error', () => {});
  raw.on('close', () => {
    open.delete(connection);
    deaf.delete(connection);
  });
  socket.on('error', () => {});
  let unread = '';
  let nth = 0;
  socket.on('data', (chunk) => {
    unread += chunk.toString('latin1');
    for (let end = unread.indexOf('\r\n\r\n'); end >= 0; end = unread.indexOf('\r\n\r\n')) {
      const head = unread.slice(0, end);
      unread = unread.slice(end + 4);
      receive({ connection, socket, raw, head, nth: ++nth });
    }
  });
}

function receive({
  connection,
  socket,
  raw,
  head,
  nth,
}: {
  connection: string;
  socket: Socket;
  raw: Socket;
  head: string;
  nth: number;
}): void {
  const id = /x-request-id: (.+)/i.exec(head)?.[1] ?? `none-${connection}-${nth}`;
  line('r', `${connection} ${id}`);
  const number = Number(id.slice(id.lastIndexOf('-') + 1)) || 0;
  const asked: Asked = {
    number,
    nth,
    headOnly: head.startsWith('HEAD '),
    last: draining,
    lateMs: Number(late),
    alive: () => !socket.destroyed && socket.writable,
    write: (bytes, then) => void socket.write(bytes, 'latin1', () => then?.()),
    finish(bytes, status, then) {
      if (socket.destroyed || !socket.writable) return;
      line('a', `${connection} ${id} ${status}`);
      socket.write(bytes, 'latin1', (error) => {
        if (error !== undefined && error !== null) return;
        line('f', `${connection} ${id}`);
        then?.();
      });
      if (draining) socket.end();
    },
    unsolicited(bytes, status, then) {
      if (socket.destroyed || !socket.writable) return;
      line('u', `${connection} ${status}`);
      socket.write(bytes, 'latin1', () => then?.());
    },
    whenWritable(then) {
      if (socket.writableNeedDrain) socket.once('drain', then);
      else then();
    },
    ignoreRest: () => deaf.add(connection),
    end: () => void socket.end(),
    reset: () => reset(connection, raw),
  };
  if (deaf.has(connection)) return;
  // A request for the head alone has no body that could go wrong.
  const way =
    asked.headOnly || ways.length === 0 ? plain : answers[ways[draw(number) % ways.length] ?? 'plain'];
  way(asked);
}

/** Neighbouring numbers are drawn independently of each other. */
function draw(number: number): number {
  return Math.imul(number + 1, 0x9e3779b1) >>> 16;
}

function reset(connection: string, raw: Socket): void {
  line('c', connection);
  raw.resetAndDestroy();
}

function resetAll(): void {
  for (const [connection, raw] of open) reset(connection, raw);
}

/** Stops listening, ends what is idle, says `Connection: close` to what is answered, and goes when all have gone. */
function drain(): void {
  draining = true;
  void stopListening();
  for (const socket of open.values()) socket.end();
  const timer = setInterval(() => {
    if (open.size > 0) return;
    clearInterval(timer);
    process.exit();
  }, 10);
}

/** A thread that listens on the port, fills its own queue of connections and accepts none. */
async function hang(port: number): Promise<null> {
  hanging = new Worker(new URL('deaf-listener.ts', import.meta.url), { workerData: port });
  await new Promise((resolve) => {
    hanging?.once('message', resolve);
  });
  return null;
}
