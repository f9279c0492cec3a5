import { expect, test } from 'vitest';
import { until } from '../../support/index.ts';
import { effectiveTimings } from '../spec.ts';
import { ApiError, resources, type Api } from './api.ts';
import { createApiContext, createLocalApi } from './control-plane/api-server/index.ts';
import { startInformer } from './informer.ts';
import type { ConfigMap } from './objects.ts';

async function newApi(historyLength = 1000): Promise<Api> {
  const addresses = { mode: 'range', block: 64 } as const;
  return createLocalApi(await createApiContext({ timings: effectiveTimings(1), addresses, historyLength }));
}

function configMap(name: string, data: Record<string, string> = {}): ConfigMap {
  return { metadata: { name, namespace: 'default' }, data };
}

function recorder(): { lines: string[]; handlers: object } {
  const lines: string[] = [];
  return {
    lines,
    handlers: {
      added: (object: ConfigMap) => lines.push(`added ${object.metadata?.name}`),
      modified: (previous: ConfigMap, object: ConfigMap) =>
        lines.push(`modified ${object.metadata?.name} ${previous.data?.['v']}→${object.data?.['v']}`),
      deleted: (object: ConfigMap) => lines.push(`deleted ${object.metadata?.name}`),
    },
  };
}

async function saw(lines: string[], count: number): Promise<void> {
  await until(() => lines.length >= count, { what: `${count} calls`, deadlineMs: 3000, everyMs: 5 });
}

test('the cache holds what is listed and follows what changes', async () => {
  const api = await newApi();
  await api.create(resources.configMaps, configMap('a', { v: '1' }));
  const ending = new AbortController();
  const { lines, handlers } = recorder();
  const informer = startInformer(api, resources.configMaps, { handlers, signal: ending.signal });
  await informer.synced;
  expect(informer.list().map((item) => item.metadata?.name)).toEqual(['a']);
  await api.create(resources.configMaps, configMap('b', { v: '1' }));
  await api.update(resources.configMaps, configMap('a', { v: '2' }));
  await api.delete(resources.configMaps, { namespace: 'default', name: 'b' });
  await saw(lines, 4);
  expect(lines).toEqual(['added a', 'added b', 'modified a 1→2', 'deleted b']);
  expect(informer.get('default', 'a')?.data).toEqual({ v: '2' });
  expect(informer.get('default', 'b')).toBeUndefined();
  ending.abort();
});

test('after a lost connection and an expired version it lists again and tells the differences', async () => {
  const api = await newApi(2);
  let broken = false;
  const cut = new AbortController();
  const flaky: Api = {
    ...api,
    list: async (type, options) => {
      if (broken) throw new Error('connection refused');
      return api.list(type, options);
    },
    async *watch(type, options) {
      yield* api.watch(type, { ...options, signal: AbortSignal.any([options.signal, cut.signal]) });
      if (broken) throw new Error('connection reset');
    },
  };
  const ending = new AbortController();
  const { lines, handlers } = recorder();
  await api.create(resources.configMaps, configMap('gone'));
  const informer = startInformer(flaky, resources.configMaps, { handlers, signal: ending.signal });
  await informer.synced;
  broken = true;
  cut.abort();
  await api.delete(resources.configMaps, { namespace: 'default', name: 'gone' });
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await api.create(resources.configMaps, configMap(name));
  broken = false;
  await saw(lines, 8);
  expect(lines).toEqual([
    'added gone',
    'deleted gone',
    ...['a', 'b', 'c', 'd', 'e', 'f'].map((n) => `added ${n}`),
  ]);
  ending.abort();
});

test('waiting for an informer that was ended is told why', async () => {
  const api: Api = {
    ...(await newApi()),
    list: () => Promise.reject(new ApiError({ code: 503, message: 'not yet' })),
  };
  const ending = new AbortController();
  const informer = startInformer(api, resources.configMaps, { signal: ending.signal });
  ending.abort(new Error('stopped'));
  await expect(informer.synced).rejects.toThrow('stopped');
});
