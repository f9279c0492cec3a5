/** The process: reads its settings, calibrates, listens, and ends as Kubernetes asks its pods to. */
import { createServer } from 'node:http';
import { flushCompileCache } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import type { Response } from 'express';
import { createApp, type LifeStage } from './app.ts';
import { standardOutputLog } from './log.ts';
import { Metrics } from './metrics.ts';
import { pathsPerMs } from './pricing.ts';
import { readSettings, SettingsError, type Settings } from './settings.ts';

try {
  serve(readSettings(process.env));
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`sample-api cannot start:\n${error.message}\n`);
  process.exitCode = 2;
}

function serve(settings: Settings): void {
  const log = standardOutputLog();
  const paths = settings.quoteWorkMs === 0 ? 0 : Math.round(settings.quoteWorkMs * pathsPerMs());
  const inFlight = new Set<Response>();
  let stage: LifeStage = 'starting';

  const app = createApp({ settings, paths, stage: () => stage, inFlight, metrics: new Metrics(), log });
  const server = createServer({ keepAliveTimeout: settings.keepAliveMs }, app);

  // What is not HTTP never reaches the app, but its answer says where it came from as well.
  server.on('clientError', (_error, socket) => {
    if (!socket.writable) return;
    socket.end(
      `HTTP/1.1 400 Bad Request\r\nx-pod: ${settings.pod}\r\nx-node: ${settings.node}\r\n` +
        'connection: close\r\ncontent-length: 0\r\n\r\n',
    );
  });
  // Connections on which nothing was asked yet; Node counts them as busy, so closing the server would wait for them.
  const unused = new Set<Socket>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  server.on('error', (error) => {
    process.stderr.write(`sample-api cannot listen on ${settings.host}:${settings.port}: ${error.message}\n`);
    process.exit(1);
  });
  server.listen(settings.port, settings.host, () => {
    const { address, port } = server.address() as AddressInfo;
    log({ message: 'listening', address, port, pod: settings.pod, node: settings.node, paths });
    setTimeout(() => {
      if (stage !== 'starting') return;
      stage = 'ready';
      log({ message: 'ready' });
    }, settings.startupDelayMs);
    // Where NODE_COMPILE_CACHE is set, the next pod starts sooner, also when this one is killed.
    flushCompileCache();
  });

  /**
   * Ends well: not ready from now on. The Service learns of that only later, so connections are still accepted and
   * answered for a while; every answer asks its client to connect anew. Then the door closes, connections without a
   * request under way are closed, and the process ends with the last answer.
   */
  function drain(signal: NodeJS.Signals): void {
    if (stage === 'draining') process.exit(0);
    stage = 'draining';
    log({ message: 'draining', signal, inFlight: inFlight.size });
    for (const response of inFlight) {
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
    setTimeout(() => {
      server.close(() => {
        log({ message: 'stopped' });
        process.exit(0);
      });
      for (const socket of unused) if (socket.bytesRead === 0) socket.destroy();
    }, settings.drainMs);
  }
  process.on('SIGTERM', drain);
  process.on('SIGINT', drain);
}
