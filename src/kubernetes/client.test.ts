import { generate } from 'selfsigned';
import { expect, test } from 'vitest';
import { connect } from './client.ts';
import { isNotFound } from './errors.ts';
import { kinds } from './kinds.ts';
import { refuse, scriptedServer, type ServerTls } from './scripted-server.ts';

const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' }, data: { a: '1' } };

test('creates an object in the namespace it is told', async () => {
  await using server = await scriptedServer(({ body }) => body);
  const client = await connect(server.kubeconfig);
  const applied = await client.apply(configMap, { namespace: 'lab' });
  client.close();
  expect(applied).toEqual(configMap);
  expect(server.received).toMatchObject([{ method: 'POST', path: '/api/v1/namespaces/lab/configmaps' }]);
});

test('merges into an object that is there already', async () => {
  await using server = await scriptedServer(({ method, body }, response) => {
    if (method === 'PATCH') return body;
    return refuse(response, 409, 'AlreadyExists', 'configmaps "one" already exists');
  });
  const client = await connect(server.kubeconfig);
  await client.apply(configMap, { namespace: 'lab' });
  client.close();
  expect(server.received[1]).toMatchObject({
    method: 'PATCH',
    path: '/api/v1/namespaces/lab/configmaps/one',
    contentType: 'application/merge-patch+json',
  });
});

test('finds kinds that it does not know by discovery, once', async () => {
  await using server = await scriptedServer(({ path, body }) =>
    path === '/apis/batch/v1'
      ? {
          resources: [
            { name: 'cronjobs', kind: 'CronJob', namespaced: true },
            { name: 'cronjobs/status', kind: 'CronJob', namespaced: true },
          ],
        }
      : body,
  );
  const client = await connect(server.kubeconfig);
  const cronJob = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'j' } };
  await client.apply(cronJob, { namespace: 'lab' });
  await client.apply(cronJob, { namespace: 'lab' });
  await expect(client.apply({ ...cronJob, kind: 'CornJob' })).rejects.toMatchObject({
    code: 'KUBERNETES_KIND_UNKNOWN',
  });
  client.close();
  expect(server.received.map(({ path }) => path)).toEqual([
    '/apis/batch/v1',
    '/apis/batch/v1/namespaces/lab/cronjobs',
    '/apis/batch/v1/namespaces/lab/cronjobs',
    '/apis/batch/v1',
  ]);
});

test.each([
  ['json', 'application/json-patch+json'],
  ['merge', 'application/merge-patch+json'],
  ['strategic', 'application/strategic-merge-patch+json'],
] as const)('sends a %s patch as %s', async (type, contentType) => {
  await using server = await scriptedServer(({ body }) => body);
  const client = await connect(server.kubeconfig);
  await client.patch(kinds.node, 'worker-1', {}, { type });
  client.close();
  expect(server.received).toMatchObject([{ method: 'PATCH', path: '/api/v1/nodes/worker-1', contentType }]);
});

test('deletes with grace period, propagation and the uid that must match', async () => {
  await using server = await scriptedServer(() => ({}));
  const client = await connect(server.kubeconfig);
  await client.delete(kinds.pod, 'p', {
    namespace: 'lab',
    gracePeriodSeconds: 0,
    propagationPolicy: 'Background',
    uid: 'u',
  });
  client.close();
  expect(server.received[0]?.body).toEqual({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds: 0,
    propagationPolicy: 'Background',
    preconditions: { uid: 'u' },
  });
});

test('says what was refused, in the words of the API server', async () => {
  await using server = await scriptedServer((_call, response) =>
    refuse(response, 404, 'NotFound', 'pods "p" not found'),
  );
  const client = await connect(server.kubeconfig);
  const error: unknown = await client
    .get(kinds.pod, 'p', { namespace: 'lab' })
    .catch((error: unknown) => error);
  await client.delete(kinds.pod, 'p', { namespace: 'lab' });
  client.close();
  expect(isNotFound(error)).toBe(true);
  expect(error).toHaveProperty(
    'message',
    'the API server refused GET /api/v1/namespaces/lab/pods/p: pods "p" not found (404 NotFound)',
  );
});

test('says which server could not be reached', async () => {
  const { kubeconfig, ...server } = await scriptedServer(() => ({}));
  await server[Symbol.asyncDispose]();
  const client = await connect(kubeconfig);
  const error: unknown = await client.list(kinds.pod).catch((error: unknown) => error);
  client.close();
  expect(error).toMatchObject({ code: 'KUBERNETES_UNREACHABLE' });
  expect(String(error)).toMatch(
    /could not reach the API server at http:\/\/127\.0\.0\.1:\d+ for: GET \/api\/v1\/pods/,
  );
});

test('a kubeconfig without a cluster for its context is refused', async () => {
  const empty = JSON.stringify({ clusters: [], contexts: [], users: [], 'current-context': 'prod' });
  await expect(connect(empty)).rejects.toMatchObject({ code: 'KUBECONFIG_INVALID' });
});

test('shows its client certificate, and keeps its connections for the calls that follow', async () => {
  await using server = await scriptedServer(
    (_call, _response, request) => {
      const socket = request.socket as import('node:tls').TLSSocket;
      return { gitVersion: socket.getPeerCertificate().subject.CN };
    },
    await certificates(),
  );
  const client = await connect(server.kubeconfig);
  for (let call = 0; call < 10; call += 1) expect(await client.version()).toBe('someone');
  client.close();
  expect(server.connections()).toBeLessThanOrEqual(2);
});

async function certificates(): Promise<ServerTls> {
  const keyType = { keyType: 'ec', algorithm: 'sha256' } as const;
  const ca = await generate([{ name: 'commonName', value: 'ca' }], {
    ...keyType,
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
  const signed = { ...keyType, ca: { key: ca.private, cert: ca.cert } };
  const server = await generate([{ name: 'commonName', value: 'server' }], {
    ...signed,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  const someone = await generate([{ name: 'commonName', value: 'someone' }], signed);
  return {
    ca: ca.cert,
    cert: server.cert,
    key: server.private,
    clientCert: someone.cert,
    clientKey: someone.private,
  };
}
