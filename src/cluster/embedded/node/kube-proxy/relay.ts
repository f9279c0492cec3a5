import { connect, type Socket } from 'node:net';
import type { Backend } from './rules.ts';

/** A connection that is carried to a backend. */
export interface Relay {
  readonly backend: Backend;
  /** Nothing passes any more, in neither direction; nobody is told. */
  hold(): void;
  /** Goes on where it was held. */
  release(): void;
}

/** What a client may send before there is anybody to take it. */
const mostHeldBytes = 65_536;

/**
 * Carries one connection to a backend, byte for byte in both directions, until both have ended it. A half-close stays a
 * half-close, a reset a reset, and who reads slowly slows the other down. A backend that cannot be reached resets the client:
 * no second try, as packets to a dead address have none.
 *
 * @param held The way to the backend is cut: the connection is not made before it is released, nor if the client has given up
 *   by then.
 */
export function relay(client: Socket, backend: Backend, held = false): Relay {
  let parts: [Socket, Socket] | null = null;
  const gate = { held };

  function open(): void {
    const { host, port } = backend;
    const upstream = connect({ host, port, allowHalfOpen: true, noDelay: true });
    carry(client, upstream, gate);
    carry(upstream, client, gate);
    parts = [client, upstream];
  }

  let wait: (() => void) | null = null;
  if (held) wait = waiting(client, open);
  else open();
  return {
    backend,
    hold() {
      gate.held = true;
      for (const part of parts ?? []) part.pause();
    },
    release() {
      gate.held = false;
      wait?.();
      wait = null;
      const [near, far] = parts ?? [];
      if (near !== undefined && far?.writableNeedDrain === false) near.resume();
      if (far !== undefined && near?.writableNeedDrain === false) far.resume();
    },
  };
}

/** Keeps what a client sends. @returns what hands it on after `open`, if the client is still there. */
function waiting(client: Socket, open: () => void): () => void {
  const kept: Buffer[] = [];
  let bytes = 0;
  const keep = (chunk: Buffer): void => {
    kept.push(chunk);
    bytes += chunk.length;
    if (bytes >= mostHeldBytes) client.pause();
  };
  const giveUp = (): void => void client.destroy();
  client.on('data', keep).on('end', giveUp).on('error', giveUp);
  return () => {
    client.off('data', keep).off('end', giveUp);
    if (client.destroyed) return;
    open();
    // Before anything else that comes: what is given back is read first.
    if (bytes > 0) client.unshift(Buffer.concat(kept));
  };
}

/** One direction. Written out instead of `pipe()`, whose bookkeeping per chunk costs as much as the chunk. */
function carry(from: Socket, to: Socket, gate: { readonly held: boolean }): void {
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => {
    if (!gate.held) from.resume();
  });
  from.on('end', () => to.end());
  from.on('error', () => reset(to));
  // Without an error only when the other side ended too, or was reset by us.
  from.on('close', (failed) => {
    if (failed) reset(to);
  });
}

function reset(socket: Socket): void {
  if (socket.destroyed) return;
  // A socket that still connects has nobody to tell.
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
