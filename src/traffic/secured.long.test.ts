/** Credentials and certificates, against real servers, through the engine as a run uses it. */
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monotonicMs } from '../support/index.ts';
import { parseAnswerRule, startTraffic, type AnswerCheck, type TrafficPlan } from './index.ts';

const secret = 'Sesame-4711';
const servers: { close(): void; closeAllConnections(): void }[] = [];
afterAll(() => {
  delete process.env['OPENBELL_TEST_TOKEN'];
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

function check(rule: string): AnswerCheck {
  const parsed = parseAnswerRule(rule);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

const plan: TrafficPlan = {
  phases: [{ name: 'p', durationMs: 200, rate: { kind: 'constant', rate: 50 } }],
  requests: [{ name: 'q', weight: 1, method: 'GET', path: '/', headers: {}, body: null }],
  connections: 20,
  timeoutMs: 5000,
  connectionPolicy: { kind: 'keep' },
};

/** Plays a plan; gives its end and everything the engine said, as text. */
async function play(
  target: string,
  change: Partial<TrafficPlan>,
): Promise<{ outcomes: Record<string, number>; failedChecks: Record<string, number>; said: string }> {
  const said: string[] = [];
  const failedChecks: Record<string, number> = {};
  const run = startTraffic({
    plan: { ...plan, ...change },
    target: new URL(target),
    seed: 1,
    originMs: monotonicMs(),
    startAtMs: 0,
    goodResponseMs: null,
    onSecond: (second) => {
      said.push(JSON.stringify(second));
      for (const [name, n] of Object.entries(second.failedChecks ?? {})) {
        failedChecks[name] = (failedChecks[name] ?? 0) + n;
      }
    },
    onTick: (tick) => said.push(JSON.stringify(tick)),
  });
  const end = await run.done;
  said.push(JSON.stringify(end));
  return { outcomes: end.outcomes, failedChecks, said: said.join('\n') };
}

describe('credentials from the environment', () => {
  it('reach the target and nothing else: neither the records nor the errors name them', async () => {
    process.env['OPENBELL_TEST_TOKEN'] = secret;
    const seen = new Set<string | undefined>();
    const server = createHttpServer((request, response) => {
      seen.add(request.headers.authorization);
      response.statusCode = 403;
      response.end(`no entry for ${request.headers.authorization}`);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { said, outcomes } = await play(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      auth: { kind: 'bearer', tokenEnv: 'OPENBELL_TEST_TOKEN' },
      requests: plan.requests.map((request) => ({ ...request, checks: [check('body contains welcome')] })),
    });
    expect(seen).toEqual(new Set([`Bearer ${secret}`]));
    expect(outcomes).toMatchObject({ http_error: 10 });
    expect(said).not.toContain(secret);
    expect(said).not.toContain(Buffer.from(secret).toString('base64'));
  });
});

describe('HTTPS', () => {
  const ec = { keyType: 'ec', algorithm: 'sha256' } as const;
  let url: string;
  let ca: string;
  let client: { cert: string; private: string };
  const clients = new Set<string | string[] | undefined>();
  beforeAll(async () => {
    const authority = await generate([{ name: 'commonName', value: 'desk CA' }], {
      ...ec,
      extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
    });
    ca = authority.cert;
    const signed = { ...ec, ca: { cert: authority.cert, key: authority.private } };
    const server = await generate([{ name: 'commonName', value: 'desk.test' }], {
      ...signed,
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'desk.test' }] }],
    });
    client = await generate([{ name: 'commonName', value: 'trader' }], signed);
    const https: Server = createServer(
      { cert: server.cert, key: server.private, ca, requestCert: true, rejectUnauthorized: true },
      (request, response) => {
        clients.add((request.socket as TLSSocket).getPeerCertificate().subject?.CN);
        response.end('{"ok":true}');
      },
    );
    servers.push(https);
    await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(https.address() as AddressInfo).port}`;
  });
  const tls = (change: object = {}): { tls: NonNullable<TrafficPlan['tls']> } => ({
    tls: { ca, cert: client.cert, key: client.private, serverName: 'desk.test', verify: true, ...change },
  });

  it('is spoken with a CA and a client certificate, and answers are checked as ever', async () => {
    const checked = plan.requests.map((request) => ({
      ...request,
      checks: [check('json ok == true'), check('status == 201'), check('header etag exists')],
    }));
    const { outcomes, failedChecks } = await play(url, { ...tls(), requests: checked });
    expect(clients).toEqual(new Set(['trader']));
    expect(outcomes).toMatchObject({ ok: 0, http_error: 10 });
    expect(failedChecks).toEqual({ 'q: status == 201': 10, 'q: header etag exists': 10 });
    const { outcomes: plain } = await play(url, tls());
    expect(plain).toMatchObject({ ok: 10 });
  });

  it.each([
    ['an authority that is not trusted', { ca: null }],
    ['a certificate for another name', { serverName: 'other.test' }],
  ])('to %s is refused', async (_what, change) => {
    const { outcomes } = await play(url, tls(change));
    expect(outcomes).toMatchObject({ refused: 10 });
  });
});
