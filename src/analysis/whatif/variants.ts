import { formatCount, formatDuration, formatPercent } from '../../support/index.ts';
import type { ScalingBehaviour } from '../../autoscaler/index.ts';
import type { Settings } from './simulate.ts';

/** A setting that is tried. */
export interface Variant {
  /** What differs, as it would be written down. */
  change: string;
  settings: Settings;
}

/** How far targets are moved, percentage points. */
const targetStep = 15;

/** What is tried: other targets, tolerances and behaviours, and pods that are there before the load. */
export function variantsOf(
  base: Settings,
  { peak, preScaleUntilMs, speedup }: { peak: number; preScaleUntilMs: number | null; speedup: number },
): Variant[] {
  const targets = [base.targetPercent - targetStep, base.targetPercent + targetStep].filter(
    (target) => target >= 10 && target <= 100,
  );
  return [
    ...targets.map((targetPercent) => ({
      change: `a target of ${targetPercent} % instead of ${base.targetPercent} %`,
      settings: { ...base, targetPercent },
    })),
    ...toleranceVariant(base),
    ...upVariant(base, speedup),
    ...downVariant(base, speedup),
    ...(preScaleUntilMs === null ? [] : preScaleVariants(base, peak, preScaleUntilMs)),
  ];
}

function toleranceVariant(base: Settings): Variant[] {
  const { up } = base.rules.tolerances;
  const half = up / 2;
  if (up <= 0) return [];
  const rules = { ...base.rules, tolerances: { up: half, down: half } };
  return [
    {
      change: `a tolerance of ${formatPercent(half)} instead of ${formatPercent(up)}`,
      settings: { ...base, rules },
    },
  ];
}

/** As many pods at once as the metrics ask for. */
function upVariant(base: Settings, speedup: number): Variant[] {
  const unlimited: ScalingBehaviour = {
    ...behaviourOf(base, speedup),
    up: {
      stabilizationMs: 0,
      select: 'Max',
      policies: [{ type: 'Pods', value: 1000, periodMs: 15_000 / speedup }],
    },
  };
  return [
    { change: 'no limit on how many pods are added at once', settings: withBehaviour(base, unlimited) },
  ];
}

/** Shrinking after a fifth of the time. */
function downVariant(base: Settings, speedup: number): Variant[] {
  const behaviour = behaviourOf(base, speedup);
  const windowMs = behaviour.down.stabilizationMs;
  if (windowMs <= 0) return [];
  const down = { ...behaviour.down, stabilizationMs: windowMs / 5 };
  const change = `a scale-down window of ${formatDuration(windowMs / 5)} instead of ${formatDuration(windowMs)}`;
  return [{ change, settings: withBehaviour(base, { ...behaviour, down }) }];
}

function preScaleVariants(base: Settings, peak: number, untilMs: number): Variant[] {
  const { minReplicas, maxReplicas } = base.limits;
  const full = Math.min(peak, maxReplicas);
  const half = Math.ceil((minReplicas + full) / 2);
  return [...new Set([half, full])]
    .filter((replicas) => replicas > minReplicas)
    .map((replicas) => ({
      change: `${formatCount(replicas)} pods already before the load rises`,
      settings: { ...base, preScaled: { replicas, untilMs } },
    }));
}

/** Without a behaviour the autoscaler follows Kubernetes' default rates, which a behaviour states as policies. */
function behaviourOf({ limits }: Settings, speedup: number): ScalingBehaviour {
  const periodMs = 15_000 / speedup;
  return (
    limits.behaviour ?? {
      up: {
        stabilizationMs: 0,
        select: 'Max',
        policies: [
          { type: 'Pods', value: 4, periodMs },
          { type: 'Percent', value: 100, periodMs },
        ],
      },
      down: {
        stabilizationMs: limits.downscaleStabilizationMs,
        select: 'Max',
        policies: [{ type: 'Percent', value: 100, periodMs }],
      },
    }
  );
}

function withBehaviour(base: Settings, behaviour: ScalingBehaviour): Settings {
  return { ...base, limits: { ...base.limits, behaviour } };
}
