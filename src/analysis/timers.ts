import { formatDuration } from '../support/index.ts';
import type { Governor } from './findings.ts';
import type { RunRecord } from './record.ts';

/** A timer of Kubernetes: what it is called where it is set, and its value unless told otherwise (Kubernetes 1.34). */
interface Timer {
  setting: string;
  defaultMs: number;
}

/** Timers by the name under which `cluster.ready` tells their effective value. */
const timers = {
  nodeMonitorGraceMs: { setting: 'node-monitor-grace-period', defaultMs: 50_000 },
  notReadyTolerationMs: { setting: 'tolerationSeconds of not-ready nodes', defaultMs: 300_000 },
  unreachableTolerationMs: { setting: 'tolerationSeconds of unreachable nodes', defaultMs: 300_000 },
  crashLoopInitialMs: { setting: 'the crash-loop back-off', defaultMs: 10_000 },
  hpaSyncPeriodMs: { setting: 'horizontal-pod-autoscaler-sync-period', defaultMs: 15_000 },
  metricsResolutionMs: { setting: 'metric-resolution of metrics-server', defaultMs: 15_000 },
  hpaDownscaleStabilizationMs: {
    setting: 'horizontal-pod-autoscaler-downscale-stabilization',
    defaultMs: 300_000,
  },
} as const satisfies Record<string, Timer>;

type TimerName = keyof typeof timers;

/** The timings in force; empty where the cluster was never ready. */
function timingsOf(record: RunRecord): Record<string, number> {
  return record.of('cluster.ready').at(-1)?.timings ?? {};
}

/** The number by which Kubernetes' timers were divided; 1 where nothing says otherwise. */
export function speedupOf(record: RunRecord): number {
  const speedup = timingsOf(record)['speedup'] ?? 1;
  return speedup > 0 ? speedup : 1;
}

/** The number by which seconds that stand in objects are still to be divided: clusters that do not do so themselves hold divided ones. */
export function objectSpeedupOf(record: RunRecord): number {
  const ready = record.of('cluster.ready').at(-1);
  const divides = ready?.dividesObjectSeconds ?? ready?.provider === 'embedded';
  return divides ? speedupOf(record) : 1;
}

/** An effective timing by its name in `cluster.ready`; null where it is not told. */
export function timingOf(record: RunRecord, name: string): number | null {
  return timingsOf(record)[name] ?? null;
}

/** The timer as what governs a step. */
export function governedBy(record: RunRecord, name: TimerName, meanwhile: string): Governor {
  const { setting, defaultMs } = timers[name];
  const isOld = name === 'nodeMonitorGraceMs' && minorVersionOf(record) < 32;
  // Kubernetes 1.32 raised this one from 40 s.
  return {
    setting,
    effectiveMs: timingOf(record, name),
    defaultMs: isOld ? 40_000 : defaultMs,
    meanwhile,
  };
}

function minorVersionOf(record: RunRecord): number {
  const version = record.of('cluster.ready').at(-1)?.kubernetesVersion ?? '';
  return Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? 34);
}

/** `node-monitor-grace-period: 5 s here, that is Kubernetes' default of 50 s at 10 times its pace`. */
export function settingInWords({ setting, effectiveMs, defaultMs }: Governor, speedup: number): string {
  if (setting === null) return '';
  if (effectiveMs === null)
    return defaultMs === null ? setting : `${setting}: ${formatDuration(defaultMs)} by default`;
  const nominalMs = effectiveMs * speedup;
  const here = `${setting}: ${formatDuration(effectiveMs)} here`;
  if (defaultMs !== null && Math.abs(nominalMs - defaultMs) < 1) {
    const pace = speedup === 1 ? '' : ` of ${formatDuration(defaultMs)} at ${speedup} times its pace`;
    return `${here}, that is Kubernetes' default${pace}`;
  }
  const pace =
    speedup === 1 ? '' : `, that is ${formatDuration(nominalMs)} at ${speedup} times Kubernetes' pace`;
  const byDefault = defaultMs === null ? '' : `; Kubernetes' default is ${formatDuration(defaultMs)}`;
  return `${here}${pace}${byDefault}`;
}
