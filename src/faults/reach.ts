import { connect, type Socket } from 'node:net';
import { until } from '../support/index.ts';
import type { FaultContext, Target } from './fault.ts';

type Address = Target['addresses'][number];

/** How long a probe waits for a sign of life; loopback and pod networks answer within a few ms. */
const probeMs = 500;

/** Whether something accepts connections there. */
export async function accepts(address: Address): Promise<boolean> {
  const socket = await open(address);
  socket?.destroy();
  return socket !== null;
}

/**
 * Whether something answers there. A hung process still has its connections accepted by the kernel, so a request is sent and a
 * first byte awaited.
 */
export async function answers(address: Address): Promise<boolean> {
  const socket = await open(address);
  if (socket === null) return false;
  try {
    return await new Promise<boolean>((resolve) => {
      socket.setTimeout(probeMs, () => resolve(false));
      socket.once('data', () => resolve(true));
      socket.once('close', () => resolve(false));
      socket.write(`GET / HTTP/1.1\r\nHost: ${address.host}\r\nConnection: close\r\n\r\n`);
    });
  } finally {
    socket.destroy();
  }
}

/** Waits until none of the targets' addresses shows the sign of life that `alive` looks for. */
export async function untilSilent(
  addresses: readonly Address[],
  alive: (address: Address) => Promise<boolean>,
  { proofDeadlineMs, signal }: FaultContext,
): Promise<void> {
  const texts = addresses.map(({ host, port }) => `${host}:${port}`);
  await until(
    async () => {
      const signs = await Promise.all(addresses.map((address) => alive(address)));
      const living = texts.filter((_text, index) => signs[index]);
      if (living.length > 0) throw new Error(`${living.join(', ')} still answers`);
      return true;
    },
    { what: `silence at ${texts.join(', ')}`, deadlineMs: proofDeadlineMs, signal },
  );
}

function open({ host, port }: Address): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: probeMs });
    socket.once('connect', () => resolve(socket));
    // Stays in place: a reset after the connection was opened must not end the process.
    socket.on('error', () => resolve(null));
    socket.once('timeout', () => {
      socket.destroy();
      resolve(null);
    });
  });
}
