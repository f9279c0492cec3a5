/** One process of bench/kube-proxy.ts: `server <ms of work per request>`, `pipe <port>` or `ours <port>`; sends its port to the parent. */
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { DataPlane, freePort } from '../../src/cluster/embedded/node/kube-proxy/index.ts';

process.on('disconnect', () => process.exit());
const [, , kind = '', argument = ''] = process.argv;
const host = '127.0.0.1';

if (kind === 'server') listen(server(Number(argument)));
else if (kind === 'pipe') listen(plainPipe(Number(argument)));
else await ours(Number(argument));

function listen(made: Server): void {
  made.listen(0, host, () => process.send?.((made.address() as AddressInfo).port));
}

function server(workMs: number): Server {
  const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-pod: bench\r\n\r\nok');
  return createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', () => {
      const until = performance.now() + workMs;
      while (performance.now() < until);
      socket.write(answer);
    });
  });
}

function plainPipe(port: number): Server {
  return createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port, host, noDelay: true });
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
}

async function ours(port: number): Promise<void> {
  const own = await freePort();
  const plane = new DataPlane({ log: console.error, speedup: 1, node: 'bench' });
  const backends = [{ host, port }];
  plane.apply([
    { service: 'bench/bench:http', for: 'outside', host, port: own, backends, affinitySeconds: null },
  ]);
  // The address is served a moment later.
  const tryConnect = (): void => {
    const probe = connect({ host, port: own }, () => {
      probe.destroy();
      process.send?.(own);
    });
    probe.on('error', () => setTimeout(tryConnect, 5));
  };
  tryConnect();
}
