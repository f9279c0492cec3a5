/**
 * A target in a process of its own that notes when each request arrived (the outside view of a generator's pace) and
 * answers `GET /25` after 25 ms, `GET /0` at once. Sends `{ port }` when it listens; on `report` sends the instants (monotonicMs) and starts anew.
 */
import { createServer, type AddressInfo } from 'node:net';
import { monotonicMs } from '../../src/support/index.ts';

const answer = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-pod: pod-1\r\nx-node: node-1\r\n\r\nok',
);
let arrivals: number[] = [];

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    arrivals.push(monotonicMs());
    // One request per chunk: no generator here pipelines.
    const delayMs = Number(/^GET \/(\d+) /.exec(chunk.toString('latin1', 0, 16))?.[1] ?? 0);
    if (delayMs === 0) socket.write(answer);
    else setTimeout(() => socket.write(answer), delayMs);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', () => {
  process.send?.({ arrivals });
  arrivals = [];
});
process.on('disconnect', () => process.exit());
