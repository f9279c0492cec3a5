import { createServer, type Server, type Socket } from 'node:net';
import { monotonicMs, type Random } from '../../../../support/index.ts';
import { relay, type Relay } from './relay.ts';
import type { Backend, Rule } from './rules.ts';

/** How long to wait before an address that was taken is tried again. */
const retryMs = 200;
/** Connections that the OS keeps waiting; a surge of clients opens hundreds at once. */
const backlog = 1_024;

/** What a port needs to know besides its rule. */
export interface PortOptions {
  random: Random;
  speedup: number;
  log: (message: string) => void;
  /** Whether the way from who connects by the rule to the backend is cut. */
  isCut: (rule: Pick<Rule, 'for'>, backend: Backend) => boolean;
}

/**
 * One address that is served: each new connection goes to a backend drawn uniformly at random. Listens only while there are
 * backends, so that connections to a Service without endpoints are refused by the OS. Connections that exist are never
 * touched by a change of rules.
 */
export class BalancedPort {
  readonly #options: PortOptions;
  #rule: Rule;
  #server: Server | undefined;
  #retry: NodeJS.Timeout | undefined;
  #complained = false;
  readonly #connections = new Map<Socket, Relay>();
  readonly #affinity = new Map<string, { backend: Backend; until: number }>();

  constructor(rule: Rule, options: PortOptions) {
    this.#rule = rule;
    this.#options = options;
    this.update(rule);
  }

  update(rule: Rule): void {
    this.#rule = rule;
    if (rule.backends.length === 0) this.#stopListening();
    else if (this.#server === undefined && this.#retry === undefined) this.#listen();
  }

  /** Serves no new connection; those that exist go on. */
  remove(): void {
    this.#rule = { ...this.#rule, backends: [] };
    this.#stopListening();
  }

  /** Ends also the connections that exist. */
  close(): void {
    this.remove();
    for (const socket of this.#connections.keys()) socket.resetAndDestroy();
  }

  /** Looks anew at which ways are cut. @returns how many connections stand still. */
  relink(): number {
    let held = 0;
    for (const each of this.#connections.values()) {
      if (this.#options.isCut(this.#rule, each.backend)) {
        each.hold();
        held += 1;
      } else each.release();
    }
    return held;
  }

  #listen(): void {
    const { host, port } = this.#rule;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
    this.#server = server;
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#server !== server) return;
      this.#server = undefined;
      if (!this.#complained)
        this.#options.log(`cannot serve ${this.#rule.service} at ${host}:${port}: ${error.message}`);
      this.#complained = true;
      // A missing privilege or address stays missing.
      if (error.code !== 'EADDRINUSE') return;
      this.#retry = setTimeout(() => {
        this.#retry = undefined;
        this.update(this.#rule);
      }, retryMs);
    });
    server.listen({ host, port, backlog });
  }

  #stopListening(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#server?.close();
    this.#server = undefined;
  }

  #accept(client: Socket): void {
    const backend = this.#choose(client.remoteAddress ?? '');
    if (backend === undefined) {
      client.resetAndDestroy();
      return;
    }
    client.once('close', () => this.#connections.delete(client));
    const held = this.#options.isCut(this.#rule, backend);
    this.#connections.set(client, relay(client, backend, held));
  }

  #choose(clientAddress: string): Backend | undefined {
    const { backends, affinitySeconds } = this.#rule;
    const drawn = backends[Math.floor(this.#options.random() * backends.length)];
    if (affinitySeconds === null || drawn === undefined) return drawn;
    const now = monotonicMs();
    const kept = this.#affinity.get(clientAddress);
    const stays =
      kept !== undefined &&
      kept.until > now &&
      backends.some(({ host, port }) => host === kept.backend.host && port === kept.backend.port);
    const backend = stays ? kept.backend : drawn;
    const until = now + (affinitySeconds * 1000) / this.#options.speedup;
    this.#affinity.set(clientAddress, { backend, until });
    return backend;
  }
}
