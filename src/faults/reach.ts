import { connect, type Socket } from 'node:net';
import { until } from '../support/index.ts';
import type { FaultContext, PodAddress } from './fault.ts';

type Address = Pick<PodAddress, 'host' | 'port'>;

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

/** Watches pods for their end. */
export interface EndWatch {
  /** When each pod that has ended since was seen to, by the clock that was given. */
  readonly ended: ReadonlyMap<string, number>;
  stop(): void;
}

/**
 * Holds an idle connection to each address: when the process behind it ends, the kernel closes it, which is seen within a
 * fraction of a millisecond, however long a proof by asking takes. Resolves when the connections stand.
 */
export async function watchForEnd(addresses: readonly PodAddress[], now: () => number): Promise<EndWatch> {
  const ended = new Map<string, number>();
  const sockets = await Promise.all(
    addresses.map(async (address) => {
      const socket = await open(address);
      const end = (): void => {
        if (!ended.has(address.pod)) ended.set(address.pod, now());
      };
      // A process that is killed while something lies unread resets the connection, another ends it.
      socket?.setTimeout(0).once('end', end).once('error', end).once('close', end).resume();
      return socket;
    }),
  );
  return {
    ended,
    stop() {
      for (const socket of sockets) socket?.removeAllListeners('close').destroy();
    },
  };
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
