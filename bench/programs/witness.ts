/**
 * A pod that tells the truth about itself: over a Unix socket it says when it started, when it was first found ready, and when it was
 * asked by and answered each client, on the machine's monotonic clock. That it is gone the kernel says, by closing the socket.
 */
import { createServer } from 'node:http';
import { connect } from 'node:net';

type Deed = 'started' | 'ready' | 'asked' | 'served';

const { POD_IP, POD_NAME = '', NODE_NAME = '', PORT, WITNESS = '' } = process.env;
const ledger = connect(WITNESS);
const done = new Set<Deed>();

function tell(deed: Deed, agoMs = 0): void {
  if (deed !== 'served' && deed !== 'asked' && done.has(deed)) return;
  done.add(deed);
  const atMs = Number(process.hrtime.bigint()) / 1e6 - agoMs;
  ledger.write(`${JSON.stringify({ pod: POD_NAME, deed, atMs })}\n`);
}

// The process is as old as its own clock says; Node.js took a while to come to this line.
tell('started', performance.now());
createServer((request, response) => {
  const isProbe = request.url === '/readyz';
  if (!isProbe) tell('asked');
  response.once('finish', () => tell(isProbe ? 'ready' : 'served'));
  response.setHeader('x-pod', POD_NAME);
  response.setHeader('x-node', NODE_NAME);
  response.end('ok\n');
}).listen(Number(PORT), POD_IP);
