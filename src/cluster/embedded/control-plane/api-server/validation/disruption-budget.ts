import type { PodDisruptionBudget } from '../../../objects.ts';
import type { FieldError } from '../errors.ts';
import { countOrPercent } from './deployment.ts';
import { invalidValue, notSupported } from './fields.ts';

/** What is wrong with a PodDisruptionBudget's spec. */
export function budgetErrors({ spec }: PodDisruptionBudget): FieldError[] {
  if (spec === undefined) return [];
  const { minAvailable, maxUnavailable } = spec as Record<string, number | string | undefined>;
  const errors: FieldError[] = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    errors.push(invalidValue('spec', spec, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const [name, value] of Object.entries({ minAvailable, maxUnavailable })) {
    if (value === undefined) continue;
    errors.push(...countOrPercent(`spec.${name}`, value));
    if (typeof value === 'string' && Number.parseInt(value, 10) > 100)
      errors.push(invalidValue(`spec.${name}`, value, 'must not be greater than 100%'));
  }
  const policy = spec.unhealthyPodEvictionPolicy;
  const policies = ['AlwaysAllow', 'IfHealthyBudget'];
  if (policy !== undefined && !policies.includes(policy)) {
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, policies));
  }
  return errors;
}
