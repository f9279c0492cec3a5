/** From an autoscaler's spec, as it travels, to the values that the arithmetic takes. */
import type { V2HorizontalPodAutoscalerBehavior } from '@kubernetes/client-node';
import type { ScalingBehaviour, ScalingPolicy, ScalingRules } from './behaviour.ts';

/** `spec.behavior` as it travels. */
export type BehaviorSpec = V2HorizontalPodAutoscalerBehavior;
type RulesSpec = NonNullable<BehaviorSpec['scaleUp']>;

/**
 * `spec.behavior` with Kubernetes' defaults filled in, its seconds divided by the speed-up. A scale-down without a
 * window takes the controller's own, which is effective already.
 *
 * @returns null without a behaviour: the autoscaler then follows simpler rules.
 */
export function scalingBehaviour(
  behavior: BehaviorSpec | undefined,
  { downscaleStabilizationMs, speedup }: { downscaleStabilizationMs: number; speedup: number },
): ScalingBehaviour | null {
  if (behavior === undefined) return null;
  const { scaleUp, scaleDown } = behavior;
  return {
    up: rules(scaleUp, { policies: upDefaults, stabilizationMs: 0, speedup }),
    down: rules(scaleDown, { policies: downDefaults, stabilizationMs: downscaleStabilizationMs, speedup }),
  };
}

const upDefaults: RulesSpec['policies'] = [
  { type: 'Pods', value: 4, periodSeconds: 15 },
  { type: 'Percent', value: 100, periodSeconds: 15 },
];
const downDefaults: RulesSpec['policies'] = [{ type: 'Percent', value: 100, periodSeconds: 15 }];

function rules(
  spec: RulesSpec | undefined,
  defaults: { policies: RulesSpec['policies']; stabilizationMs: number; speedup: number },
): ScalingRules {
  const effective = (seconds: number): number => (seconds * 1000) / defaults.speedup;
  const window = spec?.stabilizationWindowSeconds;
  const policies = spec?.policies?.length ? spec.policies : (defaults.policies ?? []);
  return {
    stabilizationMs: window === undefined ? defaults.stabilizationMs : effective(window),
    select: selection(spec?.selectPolicy),
    policies: policies.map(({ type, value, periodSeconds }): ScalingPolicy => ({
      type: type === 'Pods' ? 'Pods' : 'Percent',
      value,
      periodMs: effective(periodSeconds),
    })),
  };
}

function selection(policy: string | undefined): ScalingRules['select'] {
  return policy === 'Min' || policy === 'Disabled' ? policy : 'Max';
}
