import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { play, total } from './play.ts';

/** The module object itself: what is put in its place is what sockets look names up with. */
const dns = createRequire(import.meta.url)('node:dns') as { lookup: unknown };
const system = dns.lookup;
afterEach(() => void (dns.lookup = system));

test('a name that gets another address is followed by the next connections; nothing is cached', async () => {
  const answeredAt: string[] = [];
  let address = '127.0.0.1';
  let lookups = 0;
  const serve = async (host: string, port: number): Promise<[() => void, number]> => {
    const server = createServer((_request, response) => {
      answeredAt.push(host);
      if (answeredAt.length === total / 2) address = '127.0.0.2';
      response.end('ok');
    });
    server.listen(port, host);
    await once(server, 'listening');
    return [() => (server.closeAllConnections(), server.close()), (server.address() as AddressInfo).port];
  };
  const [closeFirst, port] = await serve('127.0.0.1', 0);
  const [closeSecond] = await serve('127.0.0.2', port);
  dns.lookup = (
    _name: string,
    { all }: { all?: boolean },
    callback: (...answer: unknown[]) => void,
  ): void => {
    lookups++;
    setImmediate(() =>
      all === true ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4),
    );
  };
  try {
    const { outcomes } = await play(new URL(`http://moving.test:${port}/`), {
      connectionPolicy: { kind: 'every', requests: 5 },
    });
    expect(outcomes.ok).toBe(total);
    expect(answeredAt.slice(0, total / 2)).not.toContain('127.0.0.2');
    // Connections that were open when the name moved serve out their five requests.
    expect(answeredAt.slice(total / 2)).toContain('127.0.0.2');
    expect(lookups).toBeGreaterThanOrEqual(total / 5);
  } finally {
    closeFirst();
    closeSecond();
  }
});
