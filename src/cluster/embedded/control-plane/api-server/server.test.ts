import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../../support/index.ts';
import { effectiveTimings } from '../../../spec.ts';
import { ApiError, resources } from '../../api.ts';
import { connectHttpApi, type HttpApi } from '../../http-api.ts';
import { startInformer } from '../../informer.ts';
import type { Pod } from '../../objects.ts';
import { adminKubeconfig, createPki, nodeIdentityFiles } from '../../pki.ts';
import { createApiContext, startApiServer, type ApiServer } from './index.ts';

const hasKubectl = await promisify(execFile)('kubectl', ['version', '--client']).then(
  () => true,
  () => false,
);

let dir: string;
let server: ApiServer;
let api: HttpApi;
let client: typeof import('@kubernetes/client-node');
let config: KubeConfig;
let core: CoreV1Api;
let restart: () => Promise<void>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'openbell-api-'));
  const pkiDir = join(dir, 'pki');
  await createPki(pkiDir, ['worker-1']);
  const addresses = { mode: 'range', block: 77 } as const;
  const context = await createApiContext({ timings: effectiveTimings(1), addresses });
  const start = (port: number) =>
    startApiServer({ config: { pkiDir, runDir: dir, apiServer: { host: '127.0.0.1', port } }, context });
  server = await start(0);
  restart = async () => {
    await server.close();
    server = await start(server.port);
  };
  api = await connectHttpApi({ url: server.url, tls: nodeIdentityFiles(pkiDir, 'worker-1') });
  const kubeconfig = await adminKubeconfig(pkiDir, { name: 'test', url: server.url });
  await writeFile(join(dir, 'kubeconfig'), kubeconfig);
  // oxlint-disable-next-line no-restricted-imports -- whether the official client understands the server is what is tested
  client = await import('@kubernetes/client-node');
  config = new client.KubeConfig();
  config.loadFromString(kubeconfig);
  core = config.makeApiClient(client.CoreV1Api);
});

afterAll(async () => {
  api.close();
  await server.close();
  await rm(dir, { recursive: true });
});

function pod(name: string, labels: Record<string, string> = {}): Pod {
  return {
    metadata: { name, namespace: 'default', labels },
    spec: { containers: [{ name: 'api', image: 'x:1' }] },
  };
}

test('a node process creates, reads, changes, binds, watches and deletes over HTTPS', async () => {
  const ref = { namespace: 'default', name: 'p' };
  await api.create(resources.pods, pod('p', { app: 'p' }));
  const { resourceVersion, items } = await api.list(resources.pods, { labelSelector: 'app=p' });
  expect(items.map((item) => item.metadata?.name)).toEqual(['p']);
  const ending = new AbortController();
  const seen: string[] = [];
  const watching = (async () => {
    for await (const event of api.watch(resources.pods, {
      labelSelector: 'app=p',
      resourceVersion,
      signal: ending.signal,
    })) {
      if (event.type === 'MODIFIED' || event.type === 'DELETED') {
        seen.push(`${event.type} ${event.object.spec?.nodeName} ${event.object.status?.phase}`);
      }
    }
  })();
  await api.bind(ref, 'worker-1');
  const bound = await api.get(resources.pods, ref);
  await api.updateStatus(resources.pods, { ...bound, status: { ...bound.status, phase: 'Running' } });
  await api.delete(resources.pods, ref, { gracePeriodSeconds: 0 });
  await until(() => seen.length === 3, { what: 'three changes', deadlineMs: 3000, everyMs: 5 });
  ending.abort();
  await watching;
  expect(seen).toEqual([
    'MODIFIED worker-1 Pending',
    'MODIFIED worker-1 Running',
    'DELETED worker-1 Running',
  ]);
});

test('refusals keep their Status on the way', async () => {
  const error = await api
    .get(resources.pods, { namespace: 'default', name: 'nobody' })
    .catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ApiError);
  expect((error as ApiError).status).toMatchObject({
    kind: 'Status',
    reason: 'NotFound',
    message: 'pods "nobody" not found',
    details: { name: 'nobody', kind: 'pods' },
  });
  const expired = api.list(resources.pods, { fieldSelector: 'spec.nonsense=1' });
  await expect(expired).rejects.toThrow('field label not supported: spec.nonsense');
});

test('who shows no certificate is not let in, but may ask for health', async () => {
  const status = async (path: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(new URL(path, server.url), { rejectUnauthorized: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
  expect(await status('/readyz')).toBe(200);
  expect(await status('/api/v1/pods')).toBe(401);
});

test('an informer over HTTPS follows through a restart of the server', async () => {
  const ending = new AbortController();
  const informer = startInformer(api, resources.configMaps, { signal: ending.signal });
  await informer.synced;
  await api.create(resources.configMaps, { metadata: { name: 'followed', namespace: 'default' } });
  await until(() => informer.get('default', 'followed'), { what: 'it', deadlineMs: 3000, everyMs: 5 });
  await restart();
  await api.create(resources.configMaps, { metadata: { name: 'later', namespace: 'default' } });
  await until(() => informer.get('default', 'later'), { what: 'the later', deadlineMs: 3000, everyMs: 5 });
  ending.abort();
});

test('lists come in pages that show one state', async () => {
  for (const name of ['page-a', 'page-b', 'page-c'])
    await api.create(resources.pods, pod(name, { paged: '' }));
  const ask = { namespace: 'default', labelSelector: 'paged', limit: 2 };
  const first = await core.listNamespacedPod(ask);
  await api.delete(resources.pods, { namespace: 'default', name: 'page-c' });
  const second = await core.listNamespacedPod({ ...ask, _continue: first.metadata?._continue ?? '' });
  const names = [...first.items, ...second.items].map((item) => item.metadata?.name);
  expect(names).toEqual(['page-a', 'page-b', 'page-c']);
  // Not counted where a selector chooses.
  expect(first.metadata?.remainingItemCount).toBeUndefined();
  const all = await core.listNamespacedPod({ namespace: 'default', limit: 1 });
  expect(all.metadata?.remainingItemCount).toBeGreaterThan(0);
});

test('the official client watches', async () => {
  const seen: string[] = [];
  const watching = await new client.Watch(config).watch(
    '/api/v1/namespaces/default/services',
    {},
    (type, object: { metadata: { name: string } }) => void seen.push(`${type} ${object.metadata.name}`),
    () => undefined,
  );
  await api.create(resources.services, {
    metadata: { name: 'web', namespace: 'default' },
    spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  await until(() => seen.length > 0, { what: 'the Service', deadlineMs: 3000, everyMs: 5 });
  watching.abort();
  expect(seen).toEqual(['ADDED web']);
});

test('what cannot be decoded is refused by its place, and quantities are made canonical', async () => {
  const make = (spec: object): Promise<Pod> =>
    api.create(resources.pods, { metadata: { name: 'decoded', namespace: 'default' }, spec } as Pod);
  const container = { name: 'a', image: 'x:1' };
  await expect(make({ containers: 'none' })).rejects.toThrow(
    'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
  );
  await expect(make({ containers: [{ ...container, env: [{ name: 'A', value: 1 }] }] })).rejects.toThrow(
    'json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string',
  );
  await expect(
    make({ containers: [{ ...container, resources: { limits: { cpu: 'much' } } }] }),
  ).rejects.toThrow('quantities must match the regular expression');
  const made = await make({ containers: [{ ...container, resources: { limits: { cpu: 0.5 } } }], wrong: 1 });
  expect(made.spec?.containers[0]?.resources).toEqual({ limits: { cpu: '500m' }, requests: { cpu: '500m' } });
  expect(made.spec).not.toHaveProperty('wrong');
});

test('Services get addresses of their own and ports that are free', async () => {
  const make = (name: string, nodePort?: number) =>
    api.create(resources.services, {
      metadata: { name, namespace: 'default' },
      spec: { type: 'NodePort', ports: [{ port: 80, ...(nodePort !== undefined && { nodePort }) }] },
    });
  const made = await Promise.all(['s1', 's2', 's3', 's4'].map((name) => make(name)));
  expect(new Set(made.map(({ spec }) => spec?.clusterIP)).size).toBe(4);
  expect(new Set(made.map(({ spec }) => spec?.ports?.[0]?.nodePort)).size).toBe(4);
  expect(made[0]?.spec?.clusterIP).toMatch(/^127\.77\.255\.\d+$/);
  const taken = made[0]?.spec?.ports?.[0]?.nodePort ?? 0;
  await expect(make('s5', taken)).rejects.toThrow('provided port is already allocated');
  await expect(make('s5', 80)).rejects.toThrow('not in the valid range');
  const changed = await api.patch(
    resources.services,
    { namespace: 'default', name: 's1' },
    {
      metadata: { labels: { a: 'b' } },
    },
  );
  expect(changed.spec).toEqual(made[0]?.spec);
});

test('logs are served from the files of the kubelet', async () => {
  const made = await api.create(resources.pods, pod('logged'));
  await api.bind({ namespace: 'default', name: 'logged' }, 'worker-1');
  const folder = join(dir, 'pods', `default_logged_${made.metadata?.uid}`, 'api');
  await mkdir(folder, { recursive: true });
  const line = (second: number, text: string): string =>
    `2026-01-01T00:00:0${second}.000000001Z stdout F ${text}\n`;
  await writeFile(join(folder, '0.log'), line(1, 'before the crash'));
  await writeFile(join(folder, '1.log'), line(2, 'one') + line(3, 'two') + line(4, 'three'));
  const ref = { namespace: 'default', name: 'logged' };
  expect(await core.readNamespacedPodLog(ref)).toBe('one\ntwo\nthree\n');
  expect(await core.readNamespacedPodLog({ ...ref, tailLines: 1, timestamps: true })).toBe(
    '2026-01-01T00:00:04.000000001Z three\n',
  );
  expect(await core.readNamespacedPodLog({ ...ref, previous: true })).toBe('before the crash\n');
});

test.skipIf(!hasKubectl)('kubectl lists, applies and deletes', async () => {
  const run = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('kubectl', ['--kubeconfig', join(dir, 'kubeconfig'), ...args])).stdout;
  const manifest = join(dir, 'manifest.json');
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' } };
  await writeFile(manifest, JSON.stringify(object));
  expect(await run('apply', '-f', manifest)).toBe('configmap/applied created\n');
  expect(await run('apply', '-f', manifest)).toBe('configmap/applied unchanged\n');
  expect(await run('get', 'configmap', 'applied', '-o', 'name')).toBe('configmap/applied\n');
  const misspelt = { ...object, metadata: { name: 'misspelt' }, dta: {} };
  await writeFile(manifest, JSON.stringify(misspelt));
  await expect(run('apply', '-f', manifest)).rejects.toThrow('strict decoding error: unknown field "dta"');
  expect(await run('delete', 'configmap', 'applied')).toBe('configmap "applied" deleted\n');
});
