import { afterEach, expect, test } from 'vitest';
import { monotonicMs, until } from '../../../../support/index.ts';
import { effectiveTimings } from '../../../spec.ts';
import { resources } from '../../api.ts';
import { createApiContext, createLocalApi } from '../../control-plane/api-server/index.ts';
import { DataPlane } from './data-plane.ts';
import { KubeProxy } from './kube-proxy.ts';
import { LocalServices } from './local-services.ts';
import type { Rule } from './rules.ts';

/** Notes when rules were applied and for how many Services, and serves nothing. */
class NotedDataPlane extends DataPlane {
  readonly applied: { atMs: number; rules: Rule[] }[] = [];

  override apply(rules: Rule[]): void {
    this.applied.push({ atMs: monotonicMs(), rules });
  }
}

let proxy: KubeProxy | undefined;
afterEach(() => proxy?.stop());

test('changes that follow an update within the least interval become one update after it', async () => {
  const minSyncMs = 500;
  const addresses = { mode: 'range', block: 99 } as const;
  const api = createLocalApi(await createApiContext({ timings: effectiveTimings(1), addresses }));
  const node = { name: 'here', index: 1, addresses };
  const dataPlane = new NotedDataPlane({ log: () => undefined, speedup: 1, node: 'here' });
  const localServices = new LocalServices(node);
  proxy = new KubeProxy({ api, node, dataPlane, localServices, minSyncMs });
  const updates = (count: number): Promise<unknown> =>
    until(() => dataPlane.applied.length >= count, {
      what: `${count} updates`,
      deadlineMs: 5_000,
      everyMs: 5,
    });
  await updates(1);
  for (const name of ['a', 'b', 'c'])
    await api.create(resources.services, {
      metadata: { name, namespace: 'default' },
      spec: { selector: { app: name }, ports: [{ port: 80 }] },
    });
  await updates(2);
  const [first, second] = dataPlane.applied;
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(minSyncMs - 1);
  expect(second?.rules.filter((rule) => rule.for === 'own pods')).toHaveLength(3);
  expect(dataPlane.applied).toHaveLength(2);
});
