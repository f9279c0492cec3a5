import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';

describe('readSettings', () => {
  it('needs nothing to be set', () => {
    expect(readSettings({})).toMatchObject({
      host: '0.0.0.0',
      port: 8080,
      quoteWorkMs: 2,
      startupDelayMs: 0,
    });
  });

  it.each([
    ['the pod address where pods share a machine', { POD_IP: '127.64.1.2' }, '127.64.1.2'],
    ['every address where the image says so', { HOST: '0.0.0.0', POD_IP: '10.0.0.7' }, '0.0.0.0'],
    ['every address where nothing is said', { POD_IP: '' }, '0.0.0.0'],
  ])('listens on %s', (_what, env, host) => {
    expect(readSettings(env).host).toBe(host);
  });

  it('names every variable that cannot be used, at once', () => {
    const env = { PORT: '80.5', QUOTE_WORK_MS: '2ms', ORDERS_WAIT_MS: '-1', DRAIN_MS: '250.5' };
    expect(() => readSettings(env)).toThrow(
      [
        'PORT: expected a port number from 0 to 65535, got "80.5"',
        'QUOTE_WORK_MS: expected milliseconds from 0 to 10000, got "2ms"',
        'ORDERS_WAIT_MS: expected milliseconds from 0 to 60000, got "-1"',
      ].join('\n'),
    );
  });
});
