/** Pure: the timings a scenario asks for → settings of a real Kubernetes, and what it cannot follow. */
import { kubernetesTimings, type Timings } from '../spec.ts';

/** What a cluster's components are started with. */
export interface ControlPlaneSettings {
  /** Flags by name, without dashes. */
  apiServer: Record<string, string>;
  controllerManager: Record<string, string>;
  /** Fields of the kubelets' configuration (kubelet.config.k8s.io/v1beta1). */
  kubelet: Record<string, string | number>;
  /** What its configuration has no field for. */
  kubeletFlags: Record<string, string>;
  /** Of the kube-proxies' configuration, in the section of their mode. */
  proxyMinSync: string;
  metricsResolutionSeconds: number;
  /** What is in force then. */
  effective: Timings;
  /** Where that differs from what was asked, each as a sentence. */
  notFollowed: string[];
}

/** The metrics server refuses to look more often. */
const leastMetricsResolutionMs = 10_000;
/** Kubelets renew their lease after this share of its duration (k8s.io/kubernetes/pkg/kubelet, nodeLeaseRenewIntervalFraction). */
const renewalShare = 0.25;
/** A shorter lease would have healthy nodes on a busy machine taken for lost. */
const leastLeaseMs = 4_000;
/** More often it would only cost: each look reads the files of every container's cgroup. */
const leastHousekeepingMs = 1_000;
const leastProxySyncMs = 100;
const leastMonitorPeriodMs = 200;

/** The settings that follow the asked timings as closely as a real Kubernetes can. */
export function settingsFor(asked: Timings): ControlPlaneSettings {
  const leaseMs = Math.max(leastLeaseMs, wholeSeconds(asked.nodeLeaseRenewalMs / renewalShare));
  const renewalMs = leaseMs * renewalShare;
  const { podRelistMs, crashLoopInitialMs, crashLoopMaxMs, crashLoopResetMs } = kubernetesTimings;
  const effective: Timings = {
    ...asked,
    metricsResolutionMs: Math.max(leastMetricsResolutionMs, asked.metricsResolutionMs),
    cpuHousekeepingMs: Math.max(leastHousekeepingMs, asked.cpuHousekeepingMs),
    podRelistMs,
    proxyMinSyncMs: Math.max(leastProxySyncMs, asked.proxyMinSyncMs),
    nodeLeaseDurationMs: leaseMs,
    nodeLeaseRenewalMs: renewalMs,
    nodeMonitorPeriodMs: Math.max(leastMonitorPeriodMs, asked.nodeMonitorPeriodMs),
    // Four missed heartbeats, as a healthy node may miss one or two on a busy machine.
    nodeMonitorGraceMs: Math.max(asked.nodeMonitorGraceMs, 4 * renewalMs),
    notReadyTolerationMs: wholeSeconds(asked.notReadyTolerationMs),
    unreachableTolerationMs: wholeSeconds(asked.unreachableTolerationMs),
    crashLoopInitialMs,
    crashLoopMaxMs,
    crashLoopResetMs,
  };
  return {
    apiServer: {
      'default-not-ready-toleration-seconds': String(effective.notReadyTolerationMs / 1000),
      'default-unreachable-toleration-seconds': String(effective.unreachableTolerationMs / 1000),
    },
    controllerManager: {
      'horizontal-pod-autoscaler-sync-period': goDuration(effective.hpaSyncPeriodMs),
      'horizontal-pod-autoscaler-tolerance': String(effective.hpaTolerance),
      'horizontal-pod-autoscaler-cpu-initialization-period': goDuration(effective.hpaCpuInitializationMs),
      'horizontal-pod-autoscaler-initial-readiness-delay': goDuration(effective.hpaInitialReadinessDelayMs),
      'horizontal-pod-autoscaler-downscale-stabilization': goDuration(effective.hpaDownscaleStabilizationMs),
      'node-monitor-period': goDuration(effective.nodeMonitorPeriodMs),
      'node-monitor-grace-period': goDuration(effective.nodeMonitorGraceMs),
      'node-eviction-rate': evictionRate(effective.evictionPeriodMs),
    },
    kubelet: {
      nodeLeaseDurationSeconds: leaseMs / 1000,
      // A kubelet looks at itself in this rhythm, and tells when something changed; unchanged it reports every 5 minutes.
      nodeStatusUpdateFrequency: goDuration(Math.max(1_000, 10_000 / asked.speedup)),
      nodeStatusReportFrequency: '5m',
    },
    kubeletFlags: { 'housekeeping-interval': goDuration(effective.cpuHousekeepingMs) },
    proxyMinSync: goDuration(effective.proxyMinSyncMs),
    metricsResolutionSeconds: effective.metricsResolutionMs / 1000,
    effective,
    notFollowed: differences(asked, effective),
  };
}

const why: Partial<Record<keyof Timings, string>> = {
  metricsResolutionMs: 'the metrics server takes no less',
  cpuHousekeepingMs: 'more often only costs',
  podRelistMs: 'the kubelet has no setting for it',
  proxyMinSyncMs: 'a shorter one only costs',
  nodeLeaseDurationMs: 'whole seconds, four times the renewal',
  nodeLeaseRenewalMs: 'a quarter of the lease, which is 4 s or more',
  nodeMonitorPeriodMs: 'a shorter one only costs',
  nodeMonitorGraceMs: 'four heartbeats, or healthy nodes would be taken for lost',
  notReadyTolerationMs: 'whole seconds',
  unreachableTolerationMs: 'whole seconds',
  crashLoopInitialMs: 'the kubelet has no setting for it',
  crashLoopMaxMs: 'the kubelet has no setting for it',
  crashLoopResetMs: 'the kubelet has no setting for it',
};

function differences(asked: Timings, effective: Timings): string[] {
  return (Object.keys(why) as (keyof Timings)[])
    .filter((name) => asked[name] !== effective[name])
    .map(
      (name) =>
        `${name.replace(/Ms$/, '')}: ${asked[name] / 1000} s was asked, ${effective[name] / 1000} s is in force (${why[name]})`,
    );
}

function wholeSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000)) * 1000;
}

/**
 * Nodes per second. Never exactly 1: Kubernetes stops evictions while most nodes of a zone are away, as they are while a
 * cluster boots, with a limiter that says of itself that its rate is 1, and would not exchange it for another of rate 1
 * afterwards (client-go's fakeNeverRateLimiter and RateLimitedTimedQueue.SwapLimiter; seen with 1.34).
 */
function evictionRate(periodMs: number): string {
  const rate = Number((1000 / periodMs).toPrecision(6));
  return String(rate === 1 ? 1.01 : rate);
}

/** As Go's flags take it: `1.5s`, `150ms`. */
function goDuration(ms: number): string {
  return ms >= 1000 ? `${ms / 1000}s` : `${ms}ms`;
}
