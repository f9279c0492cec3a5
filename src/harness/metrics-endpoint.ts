import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LiveMetrics, openMetricsType } from '../report/index.ts';
import { OpenbellError, exitCodes } from '../support/index.ts';
import type { RunObserver } from './observer.ts';

/** A run's figures served to scrapers while it runs. */
export interface MetricsEndpoint {
  url: URL;
  /** To be told what happens in the run. */
  observer: Pick<Required<RunObserver>, 'onEvent' | 'onTick'>;
  /** Stops serving at once. */
  close(): Promise<void>;
}

/**
 * Serves `/metrics` in the OpenMetrics format on this machine's loopback address; port 0 takes a free one.
 *
 * @throws {OpenbellError} `METRICS_PORT`, exit code 2, where the port cannot be had.
 */
export async function serveMetrics(port: number): Promise<MetricsEndpoint> {
  const metrics = new LiveMetrics();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('the figures are at /metrics\n');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else {
      response.writeHead(200, { 'content-type': openMetricsType, 'cache-control': 'no-store' });
      response.end(request.method === 'HEAD' ? undefined : metrics.text());
    }
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(port, '127.0.0.1', listening.resolve);
  try {
    await listening.promise;
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
        ? 'something else has it'
        : 'it is not permitted';
    throw new OpenbellError(`expected to serve metrics on port ${port}, but ${why}`, {
      code: 'METRICS_PORT',
      exitCode: exitCodes.usage,
      hint: 'Choose another with --metrics-port; 0 takes a free one.',
    });
  }
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${bound}/metrics`),
    observer: { onEvent: (event) => metrics.event(event), onTick: (tick) => metrics.tick(tick) },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
