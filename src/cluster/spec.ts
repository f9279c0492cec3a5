/** What cluster is asked for: values only. The scenario file's schema produces them. */

export interface NodeSpec {
  name: string;
  cpuMilli: number;
  memoryBytes: number;
  maxPods: number;
  labels: Record<string, string>;
}

export interface ClusterSpec {
  name: string;
  /** The workers; every provider adds one control-plane node, which also is the entry point for traffic. */
  workers: NodeSpec[];
  /** Workers that are not there until `power(name, 'add')` lets them join; none when left out. */
  spares?: NodeSpec[];
  timings: Timings;
  /** Version of Kubernetes, `v1.34.0`; any will do when left out. */
  kubernetesVersion?: string;
  /** Commands of the user's that change a machine's power, where no provider can: run by a shell, told the node as `NODE`. */
  nodePower?: NodePowerCommands;
  /**
   * The embedded cluster's containers take so long from being due to their process's start, as a container runtime does; 0 when
   * left out. A cost of machines, not a timer: never divided by the speed-up.
   */
  containerStartMs?: number;
}

/** Components of the control plane, which run once. */
const controlPlaneComponents = ['api-server', 'scheduler', 'controller-manager'] as const;
/** Components that run on every node. */
const nodeComponents = ['kubelet', 'kube-proxy'] as const;
export const components = [...controlPlaneComponents, ...nodeComponents] as const;
export type Component = (typeof components)[number];

/** Whether a component runs once, with the control plane, and not on every node. */
export function isOfControlPlane(component: Component | undefined): boolean {
  return controlPlaneComponents.some((each) => each === component);
}

/** How faults name the control-plane node, whatever the cluster calls it. */
export const controlPlaneName = 'control-plane';

/** What a user's own commands can do to a machine. */
export const nodePowerActions = ['kill', 'start', 'pause', 'resume', 'disconnect', 'connect'] as const;
export type NodePowerCommands = Partial<Record<(typeof nodePowerActions)[number], string>>;

/**
 * Every timer of the cluster, effective (already divided by the speed-up). Seconds written in Kubernetes objects (probe
 * periods, grace periods, tolerationSeconds, stabilization windows, …) are nominal; the embedded cluster divides
 * them by `speedup` where it uses them.
 */
export interface Timings {
  speedup: number;
  hpaSyncPeriodMs: number;
  /** Ratio: 0.1 means ±10 %. Not a time, so not divided. */
  hpaTolerance: number;
  hpaCpuInitializationMs: number;
  hpaInitialReadinessDelayMs: number;
  hpaDownscaleStabilizationMs: number;
  metricsResolutionMs: number;
  /** A kubelet measures a container's CPU after this long, and up to twice as long, again. */
  cpuHousekeepingMs: number;
  /** A kubelet looks this often which containers have started or ended. */
  podRelistMs: number;
  /** Between two updates of a kube-proxy's rules lies at least this. */
  proxyMinSyncMs: number;
  nodeLeaseDurationMs: number;
  nodeLeaseRenewalMs: number;
  nodeMonitorPeriodMs: number;
  nodeMonitorGraceMs: number;
  /** How long pods tolerate a not-ready or unreachable node before they are evicted. */
  notReadyTolerationMs: number;
  unreachableTolerationMs: number;
  /** The eviction brake: one node per this long. */
  evictionPeriodMs: number;
  crashLoopInitialMs: number;
  crashLoopMaxMs: number;
  crashLoopResetMs: number;
}

/** Kubernetes' own defaults (1.34), from design.md's table; speed-up 1. */
export const kubernetesTimings: Timings = {
  speedup: 1,
  hpaSyncPeriodMs: 15_000,
  hpaTolerance: 0.1,
  hpaCpuInitializationMs: 300_000,
  hpaInitialReadinessDelayMs: 30_000,
  hpaDownscaleStabilizationMs: 300_000,
  metricsResolutionMs: 15_000,
  cpuHousekeepingMs: 10_000,
  podRelistMs: 1_000,
  proxyMinSyncMs: 1_000,
  nodeLeaseDurationMs: 40_000,
  nodeLeaseRenewalMs: 10_000,
  nodeMonitorPeriodMs: 5_000,
  nodeMonitorGraceMs: 50_000,
  notReadyTolerationMs: 300_000,
  unreachableTolerationMs: 300_000,
  evictionPeriodMs: 10_000,
  crashLoopInitialMs: 10_000,
  crashLoopMaxMs: 300_000,
  crashLoopResetMs: 600_000,
};

/**
 * The timings in force at a speed-up: Kubernetes' defaults, overridden where the scenario says so (nominal values, that
 * is as they would be written for speed-up 1), each time divided by the speed-up.
 */
export function effectiveTimings(
  speedup: number,
  overrides: Partial<Omit<Timings, 'speedup'>> = {},
): Timings {
  const nominal = { ...kubernetesTimings, ...overrides };
  const effective = Object.entries(nominal).map(([name, value]) => [
    name,
    name.endsWith('Ms') ? value / speedup : value,
  ]);
  return { ...(Object.fromEntries(effective) as Timings), speedup };
}
