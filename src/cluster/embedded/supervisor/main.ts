/**
 * The process that owns one embedded cluster. It is asked over its standard input and output, and over a socket in the
 * cluster's folder by processes that come later. It ends the cluster when its creator's end of the pipe closes,
 * unless it was told to keep it.
 */
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { createServer } from 'node:net';
import { messageOf } from '../../../support/index.ts';
import type { ProcessImage, PowerAction } from '../../provider.ts';
import type { Component } from '../../spec.ts';
import { claimAddresses } from './addresses.ts';
import { bootCluster, type RunningCluster } from './cluster.ts';
import { serveRpc, type Handler } from './rpc.ts';
import { creatorPipe, keptFile, socketPath, type BootRequest } from './contract.ts';
import { startWarden } from './warden.ts';

const [runDir = ''] = process.argv.slice(2);
const warden = startWarden({ runDir, creator: creatorPipe });
const addresses = await claimAddresses(Math.random);
let news: (message: string) => void = (message) => process.stderr.write(`${message}\n`);
const ending = new AbortController();
let keep = false;
let cluster: RunningCluster | undefined;
let booting: Promise<RunningCluster> | undefined;

function running(): RunningCluster {
  if (cluster === undefined) throw new Error('the cluster has not booted');
  return cluster;
}

const handlers: Record<string, Handler> = {
  async boot(request: BootRequest) {
    booting ??= bootCluster({
      ...request,
      runDir,
      addresses,
      onProgress: (message) => news(message),
      signal: ending.signal,
    });
    cluster = await booting;
    setImmediate(flushCompileCache);
    return cluster.boot;
  },
  describe: () => running().boot,
  /** Answers when the cluster cannot work any more, with why. */
  lost: () => running().lost,
  loadImage: (image: ProcessImage) => running().loadImage(image),
  power: ({ node, action }: { node: string; action: PowerAction }) => running().power(node, action),
  component: ({ name, action, node }: { name: Component; action: 'stop' | 'start'; node?: string }) =>
    running().component(name, action, node),
  logs: ({ lines }: { lines: number }) => running().logs(lines),
  keep() {
    writeFileSync(`${runDir}/${keptFile}`, '');
    keep = true;
  },
  async destroy() {
    await endCluster();
    // The answer travels before this process goes.
    setImmediate(() => process.exit(0));
  },
};

const socketFile = socketPath(runDir);
rmSync(socketFile, { force: true });
const server = createServer((socket) => void serveRpc({ input: socket, output: socket }, handlers));
server.listen(socketFile);

news = serveRpc({ input: process.stdin, output: process.stdout }, handlers);
process.stdin.on('end', () => {
  if (!keep) void endAndExit();
});
process.once('SIGTERM', () => void endAndExit());
process.once('SIGINT', () => void endAndExit());

async function endAndExit(): Promise<never> {
  await endCluster().catch((error: unknown) => process.stderr.write(`${messageOf(error)}\n`));
  process.exit(0);
}

let ended: Promise<void> | undefined;
/** Ends every process, then sets off the warden, which removes what is left, and waits for it. */
function endCluster(): Promise<void> {
  ended ??= (async () => {
    ending.abort();
    const booted = await booting?.catch(() => undefined);
    await booted?.end();
    server.close();
    addresses.release();
    warden.stdin?.end();
    if (warden.exitCode === null) await once(warden, 'exit');
  })();
  return ended;
}
