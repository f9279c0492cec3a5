import { describe, expect } from 'vitest';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { nominal, test } from '../support/lab.ts';
import { container, pod } from '../support/objects.ts';
import { eventMessage, isReady, ready, running } from '../support/wait.ts';

/** A server that is ready after so many milliseconds; `/dies` fails after that. */
function server(readyAfterMs = 0): string {
  return `
    const begun = Date.now();
    process.on('SIGTERM', () => process.exit(0));
    require('node:http').createServer((request, response) => {
      const late = Date.now() - begun >= ${readyAfterMs};
      response.statusCode = (request.url === '/dies' ? !late : late) ? 200 : 503;
      response.end();
    }).listen(Number(process.env.PORT ?? 8080), process.env.POD_IP ?? '0.0.0.0');`;
}

const ports = [{ containerPort: 8080 }];
const quick = { periodSeconds: 1 };
const podIp = { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } };

describe('a readiness probe', () => {
  test('makes a pod ready when it succeeds', async ({ lab }) => {
    const readinessProbe = { ...quick, httpGet: { path: '/', port: 8080 } };
    await lab.create(
      'pods',
      pod('a', { containers: [container(server(300), { ports, env: [podIp], readinessProbe })] }),
    );
    await running(lab, 'a');
    expect((await ready(lab, 'a')).status?.containerStatuses?.[0]?.ready).toBe(true);
  });

  test('that fails keeps the pod out of the way, and says why', async ({ lab }) => {
    const readinessProbe = { ...quick, httpGet: { path: '/dies', port: 8080 } };
    const main = container(server(), { ports, env: [podIp], readinessProbe });
    await lab.create('pods', pod('a', { containers: [main] }));
    await running(lab, 'a');
    expect(await eventMessage(lab, 'a', 'Unhealthy')).toMatch(
      /^Readiness probe failed: (HTTP probe failed with statuscode: 503|Get "http:.*": dial tcp .*: connection refused)/,
    );
    const { body } = await lab.get<Pod>('pods', 'a');
    expect(isReady(body)).toBe(false);
    expect(body.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  test('by TCP and by a command', async ({ lab }) => {
    const tcp = container(server(), {
      ports,
      env: [podIp],
      readinessProbe: { ...quick, tcpSocket: { port: 8080 } },
    });
    const command = { ...quick, timeoutSeconds: 10, exec: { command: ['node', '-e', ''] } };
    const exec = container(undefined, { name: 'exec', readinessProbe: command });
    await lab.create('pods', pod('a', { containers: [tcp, exec] }));
    expect(isReady(await ready(lab, 'a'))).toBe(true);
  });
});

describe('a liveness probe', () => {
  test('that fails too often restarts the container', async ({ lab }) => {
    const livenessProbe = {
      ...quick,
      initialDelaySeconds: 3,
      failureThreshold: 1,
      httpGet: { path: '/dies', port: 8080 },
    };
    const main = container(server(300), { ports, env: [podIp], livenessProbe });
    await lab.create('pods', pod('a', { containers: [main] }));
    const { status } = await lab.eventually<Pod>(
      'pods',
      'a',
      ({ status }) => (status?.containerStatuses?.[0]?.restartCount ?? 0) > 0,
      nominal(60),
    );
    expect(status?.phase).toBe('Running');
    expect(await eventMessage(lab, 'a', 'Killing')).toBe(
      'Container main failed liveness probe, will be restarted',
    );
  });
});

describe('a startup probe', () => {
  test('holds the others back until it has succeeded', async ({ lab }) => {
    const main = container(server(500), {
      ports,
      env: [podIp],
      startupProbe: { ...quick, failureThreshold: 60, httpGet: { path: '/', port: 8080 } },
      livenessProbe: { ...quick, failureThreshold: 1, httpGet: { path: '/', port: 8080 } },
    });
    await lab.create('pods', pod('a', { containers: [main] }));
    const { status } = await ready(lab, 'a');
    expect(status?.containerStatuses?.[0]).toMatchObject({ started: true, restartCount: 0 });
  });
});
