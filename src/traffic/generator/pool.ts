import type { ConnectionPolicy } from '../plan.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import type { TlsSetup } from './credentials.ts';
import { KnownAnswers } from './known-answers.ts';
import type { Ledger, SentOutcome } from './ledger.ts';
import { LinkedList } from './linked-list.ts';
import type { PreparedRequest } from './requests.ts';
import type { SecondRecord } from './second-record.ts';
import type { Arrival, Transport, Visitor } from './transport.ts';

export interface PoolOptions {
  target: URL;
  connections: number;
  timeoutMs: number;
  policy: ConnectionPolicy;
  tls: TlsSetup;
  ledger: Ledger;
  now: () => number;
  /** The request of an arrival; `last` where its connection is closed after it. */
  requestOf: (index: number, step: number, last: boolean) => PreparedRequest;
  idOf: (index: number, step: number) => string;
}

/**
 * At most `connections` connections, opened when needed. Idle ones are used in turn, longest idle first, so that load
 * spreads over all of them as it would over as many clients.
 */
export class ConnectionPool implements Transport, ConnectionOwner {
  readonly now: () => number;
  readonly timeoutMs: number;
  readonly tls: TlsSetup;
  readonly answers = new KnownAnswers();
  readonly #options: PoolOptions;
  readonly #requestsPerConnection: number;
  readonly #all: Connection[] = [];
  readonly #unused: Connection[] = [];
  readonly #idle = new LinkedList<Connection>();
  /** In the order in which they were sent, which is the order of their deadlines. */
  readonly #busy = new LinkedList<Connection>();
  #opened = 0;
  #closed = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.now = options.now;
    this.timeoutMs = options.timeoutMs;
    this.tls = options.tls;
    this.#requestsPerConnection = requestsPerConnection(options.policy);
  }

  get pods(): Ledger['pods'] {
    return this.#options.ledger.pods;
  }

  get inFlight(): number {
    return this.#busy.length;
  }

  /** Connections that are established, and how many were opened and closed so far. */
  get connections(): { open: number; opened: number; closed: number } {
    return { open: this.#opened - this.#closed, opened: this.#opened, closed: this.#closed };
  }

  fire(arrival: Arrival): void {
    const { ledger, requestOf, idOf } = this.#options;
    const { index, visitor, second, dueMs, nowMs } = arrival;
    const step = visitor === null ? 0 : visitor.step;
    const connection = this.#take(second, visitor);
    if (connection === null) {
      ledger.dropped(second, { index, step, dueMs, nowMs, ownFault: false });
      visitor?.concluded('dropped', second);
      visitor?.ended('dropped', nowMs);
      return;
    }
    if (visitor !== null) visitor.connection = connection;
    ledger.sent(second, nowMs - dueMs);
    this.#busy.push(connection);
    const before = connection.open ? connection.requests : 0;
    const last = before + 1 >= this.#requestsPerConnection;
    const request = requestOf(index, step, last);
    connection.send(request, idOf(index, step), { index, visitor, second, dueMs, nowMs, last });
  }

  sweep(nowMs: number): void {
    for (let first = this.#busy.first; first !== null; first = this.#busy.first) {
      if (nowMs - first.exchange.sentMs < this.timeoutMs) break;
      first.abandon('timeout');
    }
    for (let first = this.#idle.first; first !== null; first = this.#idle.first) {
      if (first.idleUntilMs > nowMs) break;
      first.abandon('reset');
      this.lost(first);
    }
  }

  close(): void {
    for (const connection of this.#all) connection.destroy();
  }

  opened(): void {
    this.#opened++;
  }

  closed(): void {
    this.#closed++;
  }

  ended(connection: Connection, outcome: SentOutcome | 'unsent', nowMs: number): void {
    this.#busy.remove(connection);
    if (connection.open) this.#idle.push(connection);
    else this.#unused.push(connection);
    const { exchange } = connection;
    const { visitor } = exchange;
    const counted = outcome === 'unsent' ? 'dropped' : outcome;
    visitor?.concluded(counted, exchange.second);
    if (outcome === 'unsent') this.#options.ledger.unsent(exchange, nowMs);
    else this.#options.ledger.ended(exchange, outcome, nowMs);
    visitor?.ended(counted, nowMs);
  }

  lost(connection: Connection): void {
    this.#idle.remove(connection);
    this.#unused.push(connection);
  }

  /** A visitor's own connection where it is free; a user takes no other's while there may be more. */
  #take(second: SecondRecord, visitor: Visitor | null): Connection | null {
    const own = visitor?.connection;
    if (own?.open === true && !own.busy) {
      this.#idle.remove(own);
      return own;
    }
    const mayOpen = this.#unused.length > 0 || this.#all.length < this.#options.connections;
    const idle = visitor?.isUser === true && mayOpen ? null : this.#idle.first;
    if (idle !== null) {
      this.#idle.remove(idle);
      return idle;
    }
    const unused = this.#unused.pop();
    if (unused !== undefined) return unused;
    if (this.#all.length >= this.#options.connections) return null;
    const made = new Connection(this.#options.target, this, second);
    this.#all.push(made);
    return made;
  }
}

function requestsPerConnection(policy: ConnectionPolicy): number {
  if (policy.kind === 'keep') return Number.POSITIVE_INFINITY;
  return policy.kind === 'every' ? Math.max(1, Math.floor(policy.requests)) : 1;
}
