/** A target for traffic that answers on raw sockets exactly as it is told, also wrongly, and keeps an account of it. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** One request as the target received it. */
export interface Received {
  /** `x-request-id`. */
  id: string;
  method: string;
  path: string;
  /** The head as received, for looking at headers. */
  head: string;
  body: string;
  /** Which request on its connection, from 1. */
  nth: number;
  socket: Socket;
  /** Sends the last bytes of a complete answer and notes that it was given; `then` runs when they are on their way. */
  finish: (bytes: string, then?: () => void) => void;
}

/** What the target does with a request. */
export type Behaviour = (request: Received) => void;

/** A target that listens on a loopback port. */
export class Target {
  /** Requests in the order in which they came. */
  readonly received: Received[] = [];
  /** Ids of the requests that were answered completely. */
  readonly finished = new Set<string>();
  /** Connections accepted. */
  accepted = 0;
  readonly #sockets = new Set<Socket>();
  readonly #behaviour: Behaviour;
  #server: Server | null = null;
  #port = 0;

  private constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  static async listen(behaviour: Behaviour): Promise<Target> {
    const target = new Target(behaviour);
    await target.open();
    return target;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#port}`);
  }

  /** Listens, after {@link close} on the same port again. */
  open(): Promise<void> {
    const server = createServer((socket) => this.#serve(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', () => {
        this.#port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  /** Stops listening and resets every connection, as a killed process does. */
  close(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #serve(socket: Socket): void {
    this.accepted++;
    this.#sockets.add(socket);
    let unread = '';
    let nth = 0;
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk) => {
      unread += chunk.toString('latin1');
      for (let end = unread.indexOf('\r\n\r\n'); end >= 0; end = unread.indexOf('\r\n\r\n')) {
        const head = unread.slice(0, end);
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (unread.length < end + 4 + length) return;
        const body = unread.slice(end + 4, end + 4 + length);
        unread = unread.slice(end + 4 + length);
        this.#receive({ head, body, nth: ++nth, socket });
      }
    });
  }

  #receive(parts: Pick<Received, 'head' | 'body' | 'nth' | 'socket'>): void {
    const [method = '', path = ''] = parts.head.split(' ', 2);
    const id = /x-request-id: (.+)/i.exec(parts.head)?.[1] ?? '';
    const request: Received = {
      ...parts,
      id,
      method,
      path,
      finish: (bytes, then) => {
        parts.socket.write(bytes, 'latin1', (error) => {
          if (error !== undefined && error !== null) return;
          this.finished.add(id);
          then?.();
        });
      },
    };
    this.received.push(request);
    this.#behaviour(request);
  }
}

/** A whole answer with a body of its length. */
export function answer(body = 'hello', { status = 200, headers = '' } = {}): string {
  return `HTTP/1.1 ${status} S\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`;
}
