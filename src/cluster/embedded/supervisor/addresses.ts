import { createServer, type AddressInfo, type Server } from 'node:net';
import { OpenbellError, exitCodes } from '../../../support/index.ts';
import type { AddressPlan } from '../config.ts';

/** First and last second octet that clusters use; below 64 people tend to have loopback aliases of their own. */
const firstBlock = 64;
const lastBlock = 254;
/** A port on each block's last address; whoever listens there owns the block. */
const claimPort = 29_999;

/** An address plan that no other cluster on this machine has, for as long as it is held. */
export interface ClaimedAddresses {
  plan: AddressPlan;
  /** Where the API server is to listen. */
  apiServer: { host: string; port: number };
  release(): void;
}

/**
 * Claims a block of 127.0.0.0/8. Where the OS has only 127.0.0.1 (macOS without aliases), pods share it and differ by
 * port.
 *
 * @param random Draws where to begin to look, so that clusters that start together rarely meet.
 */
export async function claimAddresses(random: () => number): Promise<ClaimedAddresses> {
  const blocks = lastBlock - firstBlock + 1;
  const start = Math.floor(random() * blocks);
  for (let step = 0; step < blocks; step += 1) {
    const block = firstBlock + ((start + step) % blocks);
    const claim = await listen(`127.${block}.255.254`);
    if (claim === 'no-such-address') return singleAddress();
    if (claim === 'taken') continue;
    return {
      plan: { mode: 'range', block },
      apiServer: { host: `127.${block}.0.1`, port: 6443 },
      release: () => void claim.close(),
    };
  }
  throw new OpenbellError(`all ${blocks} address blocks of embedded clusters are taken`, {
    code: 'NO_ADDRESSES',
    hint: 'End clusters that are no longer needed: openbell down --all',
    exitCode: exitCodes.clusterNotProvided,
  });
}

async function singleAddress(): Promise<ClaimedAddresses> {
  return {
    plan: { mode: 'single', block: 0 },
    apiServer: { host: '127.0.0.1', port: await freePort() },
    release: () => {},
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function listen(host: string): Promise<Server | 'taken' | 'no-such-address'> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'EADDRNOTAVAIL' ? 'no-such-address' : 'taken');
    });
    server.listen(claimPort, host, () => resolve(server.unref()));
  });
}
