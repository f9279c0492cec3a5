import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that can be cut, or go silent. */
export interface CuttableProxy {
  port: number;
  /** For so long connections break and new ones are refused. */
  cut(ms: number): Promise<void>;
  /** For so long nothing comes through, and nobody is told: connections stay, new ones are accepted. */
  stall(ms: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Carries connections to a port of `host`, from another port of the same address. */
export async function cuttableProxy(target: { host: string; port: number }): Promise<CuttableProxy> {
  const pairs = new Set<{ here: Socket; there: Socket }>();
  let stalled = false;

  function join({ here, there }: { here: Socket; there: Socket }): void {
    here.pipe(there);
    there.pipe(here);
  }

  const server = createServer((here) => {
    const pair = { here, there: connect(target) };
    pairs.add(pair);
    for (const socket of [pair.here, pair.there]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        pair.here.destroy();
        pair.there.destroy();
      });
    }
    if (!stalled) join(pair);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => {
      server.listen(port, target.host, resolve);
    });
  const close = (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const { here } of pairs) here.destroy();
    return closed;
  };
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    cut: async (ms) => {
      await close();
      await wait(ms);
      await listen(port);
    },
    stall: async (ms) => {
      stalled = true;
      for (const { here, there } of pairs) {
        here.unpipe(there).pause();
        there.unpipe(here).pause();
      }
      await wait(ms);
      stalled = false;
      for (const pair of pairs) join(pair);
    },
    [Symbol.asyncDispose]: close,
  };
}
