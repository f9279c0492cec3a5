/**
 * A target in a process of its own that notes when each request arrived and answers `GET /25` after 25 ms, `GET /0` at
 * once. It stands still from one instant to another where it is told so. Says `{ port }` when it listens; told `report`, it
 * sends the instants (`monotonicMs()`) and starts anew; told `{ fromMs, untilMs }`, it stands still then.
 */
import { createServer, type AddressInfo } from 'node:net';
import { monotonicMs } from '../../src/support/index.ts';
import { goFirst } from '../../test/traffic/programs/priority.ts';

const answer = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-pod: pod-1\r\nx-node: node-1\r\n\r\nok',
);
const originMs = monotonicMs() - performance.now();
let arrivals: number[] = [];
goFirst();

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    arrivals.push(performance.now() + originMs);
    // One request per chunk: no generator here pipelines. `GET /` is 5 bytes, what follows is the delay.
    if (chunk[5] === 0x30) socket.write(answer);
    else {
      const delayMs = Number.parseInt(chunk.toString('latin1', 5, 12), 10) || 0;
      setTimeout(() => socket.write(answer), delayMs);
    }
  });
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('message', (told: 'report' | { fromMs: number; untilMs: number }) => {
  if (told === 'report') {
    process.send?.({ arrivals });
    arrivals = [];
  } else {
    setTimeout(
      () => {
        while (performance.now() + originMs < told.fromMs);
        const still = new Int32Array(new SharedArrayBuffer(4));
        Atomics.wait(still, 0, 0, told.untilMs - performance.now() - originMs);
      },
      told.fromMs - performance.now() - originMs - 3,
    );
  }
});
process.on('disconnect', () => process.exit());
