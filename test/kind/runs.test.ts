/** Whole runs on a real cluster that is there already; what a boot adds to them, the boot of the shared cluster shows. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { effectiveTimings, existingProvider } from '../../src/cluster/index.ts';
import { kinds, type Service } from '../../src/kubernetes/index.ts';
import { until } from '../../src/support/index.ts';
import { loadGeneratorImage, sampleApiImage } from '../../src/workload/index.ts';
import { cuttableProxy } from '../support/cuttable-proxy.ts';
import { pluginKubeconfig, readWritten } from '../support/plugin-kubeconfig.ts';
import { isMissing, kubectl, namespacesOfRuns, openbell, resultIn, sharedLab } from './lab.ts';

function scenario(name: string): string {
  return fileURLToPath(new URL(`scenarios/${name}.yaml`, import.meta.url));
}

describe.skipIf(isMissing)('a run on a kind cluster', () => {
  const lab = sharedLab();

  it('uses one with the same workers and timings, loads it from pods, and has nothing in it afterwards', async () => {
    const { client, folder, node } = await lab();
    const text = await openbell(['run', scenario('short'), '--on', 'kind', '--out', folder, '--json']);
    expect(text).toContain('runs already with the same timings');
    const { provider, faults, requests } = resultIn(text);
    expect(provider).toBe('kind');
    expect(faults.map(({ landedMs }) => (landedMs ?? 0) > 0)).toEqual([true, true, true]);
    expect(requests.scheduled).toBe(30 * 12);
    expect(requests.ok).toBeGreaterThan(requests.scheduled / 2);
    expect(await namespacesOfRuns(await lab())).toEqual([]);
    const { metadata } = await client.get(kinds.node, node('worker-2'));
    expect(metadata?.labels?.['desk']).toBe('worker-2');
  }, 300_000);

  it('of market-open shows all, from the bell to the recovery of a lost node', async () => {
    const { client, folder, node } = await lab();
    const text = await openbell(['run', 'market-open', '--on', 'kind', '--out', folder, '--json']);
    // It asks for no spare, and for no labels: the cluster that has a spare aside serves it, and is relabelled.
    expect(text).toContain('runs already with the same timings');
    const { metadata } = await client.get(kinds.node, node('worker-2'));
    expect(metadata?.labels).not.toHaveProperty('desk');
    const { faults, requests } = resultIn(text);
    expect(faults.every(({ landedMs }) => landedMs !== null)).toBe(true);
    expect(faults.every(({ repairMs }) => repairMs !== null)).toBe(true);
    expect(requests.ok).toBeGreaterThan(0.8 * requests.scheduled);
  }, 400_000);

  describe('as on a cluster of others', () => {
    it('serves who has the printed Role alone, with load from three pods, though its API goes away', async () => {
      const { cluster, folder } = await lab();
      const here = await lab();
      const ours = ['--namespace', 'team-lab'];
      await cluster.loadImage(sampleApiImage());
      await cluster.loadImage(loadGeneratorImage());
      await kubectl(here, ['create', 'namespace', 'team-lab']);
      await kubectl(here, ['label', 'namespace', 'team-lab', 'openbell.dev/runs=allowed']);
      await kubectl(here, ['create', 'serviceaccount', 'bell', ...ours]);
      const rbac = await openbell(['rbac', scenario('from-pods'), ...ours, '--service-account', 'bell']);
      await kubectl(here, ['apply', '-f', '-'], rbac);
      const token = (await kubectl(here, ['create', 'token', 'bell', ...ours])).trim();

      const { server } = readWritten(cluster.kubeconfig());
      await using proxy = await cuttableProxy({ host: server.hostname, port: Number(server.port) });
      const given = { kubeconfig: cluster.kubeconfig(), port: proxy.port, credential: { token } };
      const file = await pluginKubeconfig(path.join(folder, 'plugin'), given);
      const where = ['--on', 'existing', '--kubeconfig', file, '--context', 'theirs', '--i-mean', 'theirs'];
      const images = ['--image', 'openbell/sample-api:1', '--load-image', 'openbell/load-generator:1'];
      const run = ['run', scenario('from-pods'), ...where, ...ours, ...images, '--out', folder, '--json'];
      const running = openbell(run);
      const journal = async (): Promise<string> => {
        const [run = ''] = (await readdir(folder)).filter((name) => name.startsWith('from-pods-'));
        return readFile(path.join(folder, run, 'journal.ndjson'), 'utf8');
      };
      const flows = async (): Promise<boolean> => (await journal()).includes('"traffic.second"');
      await until(flows, { what: 'traffic', deadlineMs: 120_000 });
      await proxy.cut(4_000);

      const { requests, faults } = resultIn(await running);
      expect(requests).toMatchObject({ scheduled: 60 * 20 });
      expect(requests.ok).toBeGreaterThan(1_100);
      expect(faults[0]?.landedMs).toBeGreaterThan(0);
      expect(await journal()).toContain('"what":"the API server"');
      expect(await journal()).toMatch(/at the end of the traffic/);
      const left = await kubectl(here, ['get', 'all,secrets,leases', ...ours, '--output', 'name']);
      expect(left.trim()).toBe('');
      await kubectl(here, ['delete', 'namespace', 'team-lab']);
    }, 300_000);

    it('enters by the address of a load balancer, once it has one', async () => {
      const { cluster, client, node } = await lab();
      const signal = AbortSignal.timeout(60_000);
      const context = `kind-${node('worker-1').replace(/-worker$/, '')}`;
      const kubeconfig = cluster.kubeconfigPath();
      const provider = existingProvider({ context, meant: context, kubeconfig, named: {} });
      const spec = { name: 'theirs', workers: [], timings: effectiveTimings(1) };
      const theirs = await provider.create(spec, { keep: false, signal, onProgress: () => {} });
      const balanced: Service = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'balanced' },
        spec: { type: 'LoadBalancer', selector: { app: 'none' }, ports: [{ port: 80 }] },
      };
      const service = await client.apply(balanced, { namespace: 'default' });
      const entering = theirs.entryPoint({ service, port: 80 });
      const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } } });
      const how = ['--subresource=status', '--type=merge', '--patch', status];
      await kubectl(await lab(), ['patch', 'service', 'balanced', ...how]);
      expect((await entering).url.href).toBe('http://192.0.2.7/');
      await client.delete(kinds.service, 'balanced', { namespace: 'default' });
      await theirs.destroy();
    });
  });
});
