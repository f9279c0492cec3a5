import { connect, createServer, type AddressInfo } from 'node:net';
import { monotonicMs } from '../../../src/support/index.ts';

/** A byte that takes longer than this to itself and back means that something stood still, ms. */
const promptMs = 2.5;

/**
 * Sends a byte to itself over loopback again and again, and reports from when to when it was under way where that took
 * too long: the process was not run, was busy, or the system was late with the network's work.
 */
export async function watchForStalls(report: (fromMs: number, toMs: number) => void): Promise<void> {
  const server = createServer({ noDelay: true }, (socket) => socket.pipe(socket).unref());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  server.unref();
  socket.unref();
  let sentMs = 0;
  const send = (): void => {
    sentMs = monotonicMs();
    socket.write('.');
  };
  socket.on('connect', send);
  socket.on('data', () => {
    const nowMs = monotonicMs();
    if (nowMs - sentMs > promptMs) report(sentMs, nowMs);
    // The pause until the next byte is part of what is watched.
    sentMs = nowMs;
    setTimeout(() => {
      const lateMs = monotonicMs();
      if (lateMs - sentMs > promptMs) report(sentMs, lateMs);
      send();
    }, 1);
  });
}
