/** A thread that listens on a port, fills its queue of connections and accepts nobody until it is terminated. */
import { connect, createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const port = Number(workerData);
const server = createServer((socket) => socket.destroy());
server.listen({ port, host: '127.0.0.1', backlog: 1 }, () => {
  // The system makes these by itself, up to as many as the queue holds; this thread never comes round to accept them.
  for (let i = 0; i < 3; i++) connect({ port, host: '127.0.0.1' }).on('error', () => {});
  parentPort?.postMessage('deaf', []);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
