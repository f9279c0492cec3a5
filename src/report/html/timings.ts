/** The cluster's timers: what each is, and Kubernetes' default for it. */

/** A timer of the cluster. */
interface Timer {
  title: string;
  /** Kubernetes' default, in the unit the name ends with. */
  standard: number;
  governs: string;
}

/** By the names of the effective timings in a journal. Defaults of Kubernetes 1.34. */
export const timers: Record<string, Timer> = {
  hpaSyncPeriodMs: {
    title: 'Autoscaler sync period',
    standard: 15_000,
    governs: 'how often the HPA looks at its metrics',
  },
  hpaTolerance: {
    title: 'Autoscaler tolerance',
    standard: 0.1,
    governs: 'how far usage may be from its target before the HPA acts',
  },
  hpaCpuInitializationMs: {
    title: 'Autoscaler CPU initialization',
    standard: 300_000,
    governs: 'how long a new pod’s CPU usage may be set aside',
  },
  hpaInitialReadinessDelayMs: {
    title: 'Autoscaler initial readiness delay',
    standard: 30_000,
    governs: 'how long readiness may flap before a pod counts as ready once',
  },
  hpaDownscaleStabilizationMs: {
    title: 'Scale-down stabilization',
    standard: 300_000,
    governs: 'how long the HPA remembers higher wishes before it shrinks',
  },
  metricsResolutionMs: {
    title: 'Metrics resolution',
    standard: 15_000,
    governs: 'how old the usage that the HPA sees may be',
  },
  cpuHousekeepingMs: {
    title: 'CPU housekeeping',
    standard: 10_000,
    governs: 'after how long, up to twice it, a kubelet measures a container’s CPU again',
  },
  podRelistMs: {
    title: 'Pod relist',
    standard: 1_000,
    governs: 'how long a kubelet may not know that a container started or ended',
  },
  proxyMinSyncMs: {
    title: 'kube-proxy sync, least interval',
    standard: 1_000,
    governs: 'how long a change of endpoints that follows another may wait for its rules',
  },
  nodeLeaseDurationMs: {
    title: 'Node lease duration',
    standard: 40_000,
    governs: 'how long a node’s heartbeat is valid',
  },
  nodeLeaseRenewalMs: {
    title: 'Node lease renewal',
    standard: 10_000,
    governs: 'how often a node shows that it lives',
  },
  nodeMonitorPeriodMs: {
    title: 'Node monitor period',
    standard: 5_000,
    governs: 'how often the control plane looks at the heartbeats',
  },
  nodeMonitorGraceMs: {
    title: 'Node monitor grace period',
    standard: 50_000,
    governs: 'how long a node may be silent before it is NotReady and its pods leave the rotation',
  },
  notReadyTolerationMs: {
    title: 'Toleration of not-ready nodes',
    standard: 300_000,
    governs: 'how long pods stay on a node that says it is not ready',
  },
  unreachableTolerationMs: {
    title: 'Toleration of unreachable nodes',
    standard: 300_000,
    governs: 'how long pods stay on a silent node before they are replaced',
  },
  evictionPeriodMs: {
    title: 'Eviction brake',
    standard: 10_000,
    governs: 'how long between evictions from one node and the next',
  },
  crashLoopInitialMs: {
    title: 'Crash-loop back-off, first',
    standard: 10_000,
    governs: 'how long a crashed container waits the first time',
  },
  crashLoopMaxMs: {
    title: 'Crash-loop back-off, longest',
    standard: 300_000,
    governs: 'how long it waits at most',
  },
  crashLoopResetMs: {
    title: 'Crash-loop back-off, reset',
    standard: 600_000,
    governs: 'how long a container must run for its crashes to be forgotten',
  },
};

/** One timer of a run beside Kubernetes' default. */
export interface TimingRow {
  name: string;
  title: string;
  governs: string;
  effective: number;
  standard: number | null;
  isTime: boolean;
  /** The value before the speed-up differs from Kubernetes' default. */
  changed: boolean;
}

/** The effective timings of a run as rows, in the order of the table above; names that it does not know come last. */
export function timingRows(timings: Record<string, number>): TimingRow[] {
  const { speedup = 1, ...effective } = timings;
  const order = Object.keys(timers);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.entries(effective)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([name, value]) => {
      const timer = timers[name];
      const isTime = name.endsWith('Ms');
      const nominal = isTime ? value * speedup : value;
      return {
        name,
        title: timer?.title ?? name,
        governs: timer?.governs ?? '',
        effective: value,
        standard: timer?.standard ?? null,
        isTime,
        changed: timer !== undefined && Math.abs(nominal - timer.standard) > timer.standard * 1e-6,
      };
    });
}
