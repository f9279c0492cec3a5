import { describe, expect, it } from 'vitest';
import { effectiveTimings, kubernetesTimings } from '../spec.ts';
import { settingsFor } from './timings.ts';

describe('timings on a real Kubernetes', () => {
  it('are all followed at its own pace', () => {
    const { effective, notFollowed, metricsResolutionSeconds } = settingsFor(effectiveTimings(1));
    expect(notFollowed).toEqual([]);
    expect(effective).toEqual(kubernetesTimings);
    expect(metricsResolutionSeconds).toBe(15);
  });

  it('become flags and the kubelets’ configuration', () => {
    const { apiServer, controllerManager, kubelet, kubeletFlags } = settingsFor(
      effectiveTimings(10, { unreachableTolerationMs: 101_000, hpaTolerance: 0.2 }),
    );
    expect(apiServer).toEqual({
      'default-not-ready-toleration-seconds': '30',
      'default-unreachable-toleration-seconds': '11',
    });
    expect(controllerManager).toMatchObject({
      'horizontal-pod-autoscaler-sync-period': '1.5s',
      'horizontal-pod-autoscaler-tolerance': '0.2',
      'horizontal-pod-autoscaler-downscale-stabilization': '30s',
      'node-monitor-period': '500ms',
      'node-monitor-grace-period': '5s',
    });
    // A short grace needs short leases, or healthy nodes would be taken for lost.
    expect(kubeletFlags).toEqual({ 'housekeeping-interval': '1s' });
    expect(kubelet).toMatchObject({ nodeLeaseDurationSeconds: 4, nodeStatusUpdateFrequency: '1s' });
  });

  it('name what cannot be followed, with what is in force instead', () => {
    const { notFollowed, effective } = settingsFor(effectiveTimings(100));
    expect(notFollowed).toContain(
      'metricsResolution: 0.15 s was asked, 10 s is in force (the metrics server takes no less)',
    );
    expect(effective).toMatchObject({
      metricsResolutionMs: 10_000,
      cpuHousekeepingMs: 1_000,
      podRelistMs: 1_000,
      proxyMinSyncMs: 100,
      nodeLeaseRenewalMs: 1_000,
      nodeMonitorGraceMs: 4_000,
      unreachableTolerationMs: 3_000,
      crashLoopMaxMs: 300_000,
    });
  });

  it('never let nodes be emptied at exactly one per second, at which Kubernetes would not resume', () => {
    const rate = (speedup: number) =>
      settingsFor(effectiveTimings(speedup)).controllerManager['node-eviction-rate'];
    expect([1, 10, 20].map(rate)).toEqual(['0.1', '1.01', '2']);
  });
});
