import { connect, type Socket } from 'node:net';
import type { Backend } from './rules.ts';

/**
 * Carries one connection to a backend, byte for byte in both directions, until both have ended it. A half-close stays a
 * half-close, a reset a reset, and who reads slowly slows the other down. A backend that cannot be reached resets the client:
 * no second try, as packets to a dead address have none.
 */
export function relay(client: Socket, backend: Backend): void {
  const upstream = connect({ ...backend, allowHalfOpen: true, noDelay: true });
  carry(client, upstream);
  carry(upstream, client);
}

/** One direction. Written out instead of `pipe()`, whose bookkeeping per chunk costs as much as the chunk. */
function carry(from: Socket, to: Socket): void {
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
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
