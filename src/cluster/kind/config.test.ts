import { describe, expect, it } from 'vitest';
import { effectiveTimings, type ClusterSpec, type NodeSpec } from '../spec.ts';
import { chooseImage, planCluster, type KindConfig } from './config.ts';

const giB = 1024 ** 3;
const host = { cpuMilli: 4000, memoryBytes: 8 * giB };
const base: KindConfig = {
  kind: 'Cluster',
  apiVersion: 'kind.x-k8s.io/v1alpha4',
  networking: { kubeProxyMode: 'nftables' },
  kubeadmConfigPatches: ['kind: InitConfiguration'],
  nodes: [
    {
      role: 'control-plane',
      extraPortMappings: [{ containerPort: 31000, hostPort: 31000 }],
      extraMounts: [{ hostPath: '/a', containerPath: '/a' }],
    },
    { role: 'worker', image: 'kindest/node:v1.33.0' },
    { role: 'worker' },
  ],
};
const spec: ClusterSpec = {
  name: 'lab',
  workers: [
    { name: 'worker-1', cpuMilli: 2000, memoryBytes: 2 * giB, maxPods: 110, labels: { zone: 'a' } },
    { name: 'big', cpuMilli: 6000, memoryBytes: 2 * giB, maxPods: 50, labels: {} },
    { name: 'worker-3', cpuMilli: 4000, memoryBytes: 8 * giB, maxPods: 110, labels: {} },
  ],
  timings: effectiveTimings(10),
};
const plan = (over: Partial<Parameters<typeof planCluster>[0]> = {}) =>
  planCluster({ name: 'openbell-lab', base, spec, host, image: null, ...over });

describe('the configuration of a kind cluster', () => {
  it('is the file’s, with as many workers as the scenario asks for', () => {
    const { config } = plan();
    expect(config).toMatchObject({ kind: 'Cluster', networking: { kubeProxyMode: 'nftables' } });
    expect(config.nodes?.map(({ role }) => role)).toEqual(['control-plane', 'worker', 'worker', 'worker']);
    expect(config.nodes?.[0]).toMatchObject({ extraMounts: [{ hostPath: '/a', containerPath: '/a' }] });
    expect(config.kubeadmConfigPatches?.[0]).toBe('kind: InitConfiguration');
  });

  it('tells kube-proxies their pace in the section of their mode', () => {
    const patches = (over: Partial<Parameters<typeof planCluster>[0]>) =>
      plan(over).config.kubeadmConfigPatches?.map((patch) =>
        patch.startsWith('{') ? JSON.parse(patch) : null,
      );
    expect(patches({})).toContainEqual({
      kind: 'KubeProxyConfiguration',
      nftables: { minSyncPeriod: plan().settings.proxyMinSync },
    });
    expect(patches({ base: { kind: 'Cluster' } })).toContainEqual(
      expect.objectContaining({ iptables: { minSyncPeriod: plan().settings.proxyMinSync } }),
    );
  });

  it('maps the file’s node port to whichever port of this machine is free, on loopback only', () => {
    const { config, nodePort } = plan();
    expect(nodePort).toBe(31_000);
    expect(config.nodes?.[0]?.extraPortMappings).toEqual([
      { containerPort: 31_000, hostPort: 0, listenAddress: '127.0.0.1' },
    ]);
  });

  it('maps one of its own where the file maps none', () => {
    expect(plan({ base: { kind: 'Cluster' } }).nodePort).toBe(30_080);
  });

  it('makes spares like workers; without them it is the same cluster', () => {
    const spare = { name: 'spare-1', cpuMilli: 1000, memoryBytes: giB, maxPods: 10, labels: { zone: 'b' } };
    const made = plan({ spec: { ...spec, spares: [spare] } });
    expect(made.config.nodes).toHaveLength(5);
    expect(made.spares).toEqual({ 'openbell-lab-worker4': { zone: 'b' } });
    expect(made.nodeNames).toMatchObject({
      'worker-1': 'openbell-lab-worker',
      'spare-1': 'openbell-lab-worker4',
    });
    const workers = [...spec.workers, spare];
    expect(made.fingerprint).not.toBe(plan({ spec: { ...spec, workers } }).fingerprint);
    expect(made.fingerprint).toBe(plan().fingerprint);
    const fingerprintOf = (over: Partial<NodeSpec>) =>
      plan({ spec: { ...spec, spares: [{ ...spare, ...over }] } }).spareFingerprints;
    expect(fingerprintOf({ name: 'another', labels: {} })).toEqual(made.spareFingerprints);
    expect(fingerprintOf({ maxPods: 11 })).not.toEqual(made.spareFingerprints);
  });

  it.each([
    ['mine:1', base, 'mine:1'],
    [null, base, null],
    [null, { kind: 'Cluster' }, 'kindest/node:v1.33.0'],
  ])('takes the image %o beside the file before the version that is asked for: %#', (given, file, chosen) => {
    expect(chooseImage(given, file, { kubernetesVersion: 'v1.33.0' })).toBe(chosen);
    expect(chooseImage(given, file, {})).toBe(given);
  });

  it('keeps the file’s images unless another is asked for', () => {
    const images = (image: string | null) => plan({ image }).config.nodes?.map((node) => node.image);
    expect(images(null)).toEqual([undefined, ...Array(3).fill('kindest/node:v1.33.0')]);
    expect(images('mine:1')).toEqual(Array(4).fill('mine:1'));
  });

  it('sets aside what the machine has more than a worker is to offer', () => {
    const args = plan()
      .config.nodes?.slice(1)
      .map(({ kubeadmConfigPatches = [] }) => {
        const patch = JSON.parse(kubeadmConfigPatches.at(-1) ?? '') as {
          nodeRegistration: { kubeletExtraArgs: Record<string, string> };
        };
        return patch.nodeRegistration.kubeletExtraArgs;
      });
    const flags = plan().settings.kubeletFlags;
    expect(args).toEqual([
      { ...flags, 'max-pods': '110', 'system-reserved': `cpu=2000m,memory=${6 * 1024 * 1024}Ki` },
      { ...flags, 'max-pods': '50', 'system-reserved': `memory=${6 * 1024 * 1024}Ki` },
      { ...flags, 'max-pods': '110' },
    ]);
  });

  it('says which worker is to offer more than the machine has', () => {
    expect(plan().notFollowed).toContain('big is to offer 6000 m of CPU; the machine has 4000 m');
  });

  it('knows what kind calls the workers', () => {
    const { nodeNames, labels } = plan();
    expect(nodeNames).toEqual({
      'worker-1': 'openbell-lab-worker',
      big: 'openbell-lab-worker2',
      'worker-3': 'openbell-lab-worker3',
    });
    expect(labels['openbell-lab-worker']).toEqual({ zone: 'a' });
  });

  it('tells alike clusters from others, whatever they are called', () => {
    const { fingerprint } = plan();
    expect(plan({ name: 'other', spec: { ...spec, name: 'other' } }).fingerprint).toBe(fingerprint);
    const workers = spec.workers.map((worker) => ({
      ...worker,
      name: `${worker.name}x`,
      labels: { a: 'b' },
    }));
    expect(plan({ spec: { ...spec, workers } }).fingerprint).toBe(fingerprint);
    expect(plan({ image: 'mine:1' }).fingerprint).not.toBe(fingerprint);
    expect(plan({ spec: { ...spec, timings: effectiveTimings(9) } }).fingerprint).not.toBe(fingerprint);
    expect(plan({ spec: { ...spec, workers: spec.workers.slice(1) } }).fingerprint).not.toBe(fingerprint);
  });
});
