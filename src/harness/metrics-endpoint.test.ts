import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { serveMetrics } from './metrics-endpoint.ts';

test('figures are served on loopback while a run goes on, and not after', async () => {
  const endpoint = await serveMetrics(0);
  expect(endpoint.url.hostname).toBe('127.0.0.1');
  endpoint.observer.onTick({
    askedRate: 40,
    answeredRate: 39,
    inFlight: 1,
    outcomes: { ok: 5, http_error: 0, timeout: 0, refused: 0, reset: 0, dropped: 0 },
    p99Ms: 3,
    connections: 2,
  });
  const response = await fetch(endpoint.url);
  expect(response.headers.get('content-type')).toBe(
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  );
  expect(await response.text()).toContain('\nopenbell_offered_rate 40\n');
  expect((await fetch(new URL('/', endpoint.url))).status).toBe(404);
  expect((await fetch(endpoint.url, { method: 'POST' })).status).toBe(405);
  await endpoint.close();
  await expect(fetch(endpoint.url)).rejects.toThrow('fetch failed');
});

test('a port that something else has is refused as wrong usage', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  await expect(serveMetrics(port)).rejects.toMatchObject({ code: 'METRICS_PORT', exitCode: 2 });
  other.close();
});
