/**
 * A layer-4 balancer between a load generator and two backends: new connections go to the one in use. Told by IPC
 * `{ listen }` the port, `{ backend }` the port to use from now on; on a change it cuts the connections to the other.
 * Says `{ done }`; appends a line `b ms` to its log for each connection it cut.
 */
import { appendFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { monotonicMs } from '../../../src/support/index.ts';
import { goFirst } from './priority.ts';
import { watchForStalls } from './stalls.ts';

const [logFile = ''] = process.argv.slice(2);
const pairs = new Set<[Socket, Socket]>();
let backend = 0;

const server = createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
  const upstream = connect({ port: backend, host: '127.0.0.1', noDelay: true });
  const pair: [Socket, Socket] = [client, upstream];
  pairs.add(pair);
  for (const [from, to] of [pair, [upstream, client]] as const) {
    from.on('data', (chunk) => {
      if (!to.write(chunk)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
    from.on('end', () => to.end());
    from.on('error', () => to.resetAndDestroy());
    from.on('close', () => {
      pairs.delete(pair);
      if (!to.destroyed && !to.writableEnded) to.destroy();
    });
  }
  client.resume();
});

goFirst();
void watchForStalls((fromMs, toMs) => {
  appendFileSync(logFile, `s ${fromMs.toFixed(3)} ${toMs.toFixed(3)}\n`);
});
process.on('disconnect', () => process.exit());
process.on('message', (order: { listen: number } | { backend: number }) => {
  if ('listen' in order) {
    server.once('error', () => process.send?.({ done: 0 }));
    server.listen(order.listen, '127.0.0.1', () => process.send?.({ done: order.listen }));
  } else {
    backend = order.backend;
    for (const [client, upstream] of pairs) {
      appendFileSync(logFile, `b ${monotonicMs().toFixed(3)}\n`);
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
    process.send?.({ done: 'swapped' });
  }
});
process.send?.({ done: 'ready' });
