import net from 'node:net';
import tls from 'node:tls';
import Client from 'autocannon/lib/httpClient.js';
import type { AnswerChecks } from './answer-checks.ts';
import type { Exchange, SentOutcome } from './ledger.ts';
import type { KnownAnswers } from './known-answers.ts';
import type { Linked } from './linked-list.ts';
import { AnswerParser } from './parser.ts';
import { podOf, type Pod, type Pods } from './pods.ts';
import type { TlsSetup } from './credentials.ts';
import { portOf, type PreparedRequest } from './requests.ts';
import type { SecondRecord } from './second-record.ts';
import type { Arrival } from './transport.ts';

/** What a connection tells the pool it belongs to. */
export interface ConnectionOwner {
  readonly pods: Pods;
  readonly answers: KnownAnswers;
  readonly now: () => number;
  readonly timeoutMs: number;
  readonly tls: TlsSetup;
  /** TCP (and TLS) are up. */
  opened(): void;
  /** A connection that had been opened is gone. */
  closed(): void;
  /** The request under way ended; the connection is idle if it is still open, else unused. */
  ended(connection: Connection, outcome: SentOutcome | 'unsent', nowMs: number): void;
  /** The connection was closed while no request was under way. */
  lost(connection: Connection): void;
}

/** Errors that mean that this machine, not the target, had nothing left to connect with. */
const ownLimits = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);

/** All connections of a thread read into one buffer: each chunk is parsed before the next is read. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * One of autocannon's clients, with one request in flight at most. What the client does by itself (connect at once,
 * connect again after each loss, send the next request after each answer, guess time-outs) is replaced: a socket is
 * opened by the request that needs one, each socket has a parser of its own, and every way in which a request can end is
 * told to the owner exactly once.
 */
export class Connection extends Client implements Linked<Connection> {
  previous: Connection | null = null;
  next: Connection | null = null;
  /** The request under way, or the last one. */
  readonly exchange: Exchange;
  /** A request is under way. */
  busy = false;
  /** Requests sent on this socket. */
  requests = 0;
  /** When the server said it would close the idle connection, less a margin; Infinity where it did not say. */
  idleUntilMs = Number.POSITIVE_INFINITY;
  readonly #owner: ConnectionOwner;
  readonly #target: URL;
  readonly #secure: boolean;
  #socket: net.Socket | null = null;
  #established = false;
  #parser: AnswerParser;
  #pod: Pod | null = null;
  #lastRequest = false;
  #checks: AnswerChecks | null = null;

  constructor(target: URL, owner: ConnectionOwner, second: SecondRecord) {
    super({ protocol: target.protocol, hostname: target.hostname, port: portOf(target) });
    this.timeoutTicker.clear();
    this.#target = target;
    this.#secure = target.protocol === 'https:';
    this.#owner = owner;
    this.#parser = new AnswerParser(owner.answers);
    this.exchange = {
      index: 0,
      saved: null,
      visitor: null,
      step: 0,
      second,
      dueMs: 0,
      sentMs: 0,
      status: 0,
      pod: null,
      reused: false,
      failedChecks: null,
    };
  }

  /** There is a socket, established or being opened. */
  get open(): boolean {
    return this.#socket !== null;
  }

  /** Sends a request, on a new socket where there is none. `last` closes the connection after the answer. */
  send(request: PreparedRequest, id: string, { index, visitor, second, dueMs, nowMs, last }: Sending): void {
    const { exchange } = this;
    exchange.index = index;
    exchange.visitor = visitor;
    exchange.step = visitor === null ? 0 : visitor.step;
    exchange.saved = visitor === null ? null : visitor.saved;
    exchange.second = second;
    exchange.dueMs = dueMs;
    exchange.sentMs = nowMs;
    exchange.status = 0;
    exchange.failedChecks = null;
    this.busy = true;
    this.#lastRequest = last;
    this.#checks = request.checks;
    const socket = this.#socket ?? this.#openSocket();
    exchange.pod = this.#pod;
    exchange.reused = this.requests > 0;
    this.requests++;
    this.#parser.expect(request.head, request.checks?.needBody);
    socket.write(request.bytes(id, exchange), 'latin1');
  }

  /** Closes the socket; a request under way ends with `outcome`. */
  abandon(outcome: SentOutcome): void {
    if (this.busy) this.#end(outcome, false);
    else this.#closeSocket();
  }

  /** The base class calls this when it is made and after each loss; here sockets are opened by {@link send} alone. */
  override _connect(): void {}

  /** The base class sends its next request with this; here the pacer decides. */
  override _doRequest(): void {}

  override _destroyConnection(): void {
    this.#closeSocket();
  }

  #openSocket(): net.Socket {
    this.requests = 0;
    this.idleUntilMs = Number.POSITIVE_INFINITY;
    this.#parser = new AnswerParser(this.#owner.answers);
    const host = this.#target.hostname.replace(/^\[(.*)\]$/, '$1');
    const onread = {
      buffer: readBuffer,
      callback: (length: number): boolean => {
        if (socket === this.#socket) this.#read(length);
        return true;
      },
    };
    const options = { host, port: portOf(this.#target), noDelay: true, onread };
    const socket: net.Socket = this.#secure
      ? tls.connect({
          ...options,
          ...(net.isIP(host) === 0 ? { servername: host } : {}),
          ...this.#owner.tls,
        })
      : net.connect(options);
    this.#socket = socket;
    socket.once(this.#secure ? 'secureConnect' : 'connect', () => {
      if (socket === this.#socket) this.#opened(socket);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (socket === this.#socket) this.#fail(error.code);
    });
    socket.on('end', () => {
      if (socket === this.#socket) this.#ended();
    });
    socket.on('close', () => {
      if (socket === this.#socket) this.#fail(undefined);
    });
    return socket;
  }

  #opened(socket: net.Socket): void {
    // A client that asks for a closed port in the range of its own outgoing ports can meet itself.
    if (socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress) {
      this.#fail('ECONNREFUSED');
      return;
    }
    this.#established = true;
    this.#owner.opened();
  }

  #read(length: number): void {
    if (!this.busy) {
      // Nobody asked: an answer to an earlier request, a 408 before closing, or noise. None can be trusted.
      this.#closeSocket();
      this.#owner.lost(this);
      return;
    }
    const parser = this.#parser;
    const result = parser.read(readBuffer, length);
    if (parser.complete) this.#answered(parser.clean && !(result instanceof Error));
    else if (result instanceof Error || parser.spoiled) this.#end('reset', false);
  }

  /** The peer sent FIN. */
  #ended(): void {
    this.#parser.finish();
    if (this.busy && this.#parser.complete) this.#answered(false);
    else this.#fail(undefined);
  }

  #answered(reusable: boolean): void {
    const { exchange } = this;
    const parser = this.#parser;
    exchange.status = parser.status;
    const pod = podOf(parser.headers, this.#owner.pods, this.#pod);
    exchange.pod = pod;
    const nowMs = this.#owner.now();
    const keep = reusable && parser.keepAlive && !this.#lastRequest && this.#allWritten;
    if (keep) this.#noteReuse(pod, nowMs);
    const late = nowMs - exchange.sentMs > this.#owner.timeoutMs;
    this.#end(late ? 'timeout' : this.#isWell() ? 'ok' : 'http_error', keep, nowMs);
  }

  /** Whether the answer is what was wanted: its status, and then what the request's checks say. */
  #isWell(): boolean {
    const checks = this.#checks;
    const parser = this.#parser;
    if (!(parser.status >= 200 && parser.status < 400) && checks?.judgeStatus !== true) return false;
    if (checks === null) return true;
    const failing = checks.take(parser, this.exchange);
    this.exchange.failedChecks = failing;
    return failing.length === 0;
  }

  /** Whether the request went out whole: one that was answered before must not have the next one follow it. */
  get #allWritten(): boolean {
    // TLS reports a write only when the record has left, often after the answer to it.
    return this.#secure || this.#socket?.writableLength === 0;
  }

  #noteReuse(pod: Pod | null, nowMs: number): void {
    if (pod !== this.#pod) {
      if (this.#pod !== null) this.#pod.connections--;
      if (pod !== null) pod.connections++;
      this.#pod = pod;
    }
    this.idleUntilMs = nowMs + keepAliveHintMs(this.#parser.headers);
  }

  /** The socket failed or was closed by the peer before the request under way was answered, or while idle. */
  #fail(code: string | undefined): void {
    if (!this.busy) {
      this.#closeSocket();
      this.#owner.lost(this);
    } else if (this.#established) this.#end('reset', false);
    else this.#end(code !== undefined && ownLimits.has(code) ? 'unsent' : 'refused', false);
  }

  #end(outcome: SentOutcome | 'unsent', keep: boolean, nowMs = this.#owner.now()): void {
    const { exchange } = this;
    if (exchange.status === 0 && this.#parser.status !== 0) {
      exchange.pod = podOf(this.#parser.headers, this.#owner.pods, this.#pod) ?? exchange.pod;
    }
    this.busy = false;
    if (!keep) this.#closeSocket();
    this.#owner.ended(this, outcome, nowMs);
  }

  #closeSocket(): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    if (this.#pod !== null) this.#pod.connections--;
    this.#pod = null;
    socket.destroy();
    if (this.#established) this.#owner.closed();
    this.#established = false;
  }
}

/** What a connection has to know of an arrival to send it. */
export interface Sending extends Arrival {
  last: boolean;
}

/** How long before the announced end an idle connection is given up, so that no request meets the server's FIN. */
const idleMarginMs = 1000;

/** Milliseconds an idle connection may be used further by the server's `Keep-Alive: timeout=`; Infinity without one. */
function keepAliveHintMs(headers: readonly string[]): number {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (name.length !== 10 || name.toLowerCase() !== 'keep-alive') continue;
    const seconds = /timeout=(\d+)/i.exec(headers[i + 1] ?? '')?.[1];
    if (seconds !== undefined) return Math.max(0, Number(seconds) * 1000 - idleMarginMs);
  }
  return Number.POSITIVE_INFINITY;
}
