import type { HorizontalPodAutoscaler } from '../../../objects.ts';
import type { FieldError } from '../errors.ts';
import { invalidValue, notSupported, required } from './fields.ts';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;
type Metric = NonNullable<Spec['metrics']>[number];
type Rules = NonNullable<NonNullable<Spec['behavior']>['scaleUp']>;

const metricTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'] as const;

/** What is wrong with a HorizontalPodAutoscaler's spec. */
export function autoscalerErrors({ spec }: HorizontalPodAutoscaler): FieldError[] {
  if (spec === undefined) return [];
  const { minReplicas } = spec;
  // The type says that it is there, but what a user sent may lack it.
  const maxReplicas = (spec.maxReplicas as number | undefined) ?? 0;
  const errors: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < 1) {
    errors.push(invalidValue('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  }
  if (maxReplicas < 1) errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(
      invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'),
    );
  }
  const {
    kind = '',
    name = '',
    apiVersion = '',
  } = (spec.scaleTargetRef ?? {}) as Partial<Spec['scaleTargetRef']>;
  if (kind === '') errors.push(required('spec.scaleTargetRef.kind'));
  if (name === '') errors.push(required('spec.scaleTargetRef.name'));
  if (!apiVersion.includes('/') && !(apiVersion === 'v1' && kind === 'ReplicationController')) {
    errors.push(
      invalidValue('spec.scaleTargetRef.apiVersion', apiVersion, 'apiVersion must specify API group'),
    );
  }
  for (const [index, metric] of (spec.metrics ?? []).entries()) {
    errors.push(...metricErrors(metric, `spec.metrics[${index}]`));
  }
  errors.push(
    ...rulesErrors(spec.behavior?.scaleUp, 'spec.behavior.scaleUp'),
    ...rulesErrors(spec.behavior?.scaleDown, 'spec.behavior.scaleDown'),
  );
  return errors;
}

function metricErrors(metric: Metric, at: string): FieldError[] {
  const type = metric.type ?? '';
  if (!(metricTypes as readonly string[]).includes(type)) {
    const unknown = notSupported(`${at}.type`, type, metricTypes);
    // Kubernetes names it once for the type and once for the source that goes with it.
    return type === ''
      ? [required(`${at}.type`, 'must specify a metric source type'), unknown, unknown]
      : [unknown, unknown];
  }
  const field = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  const source = (metric as unknown as Record<string, Metric['resource'] | undefined>)[field];
  if (source === undefined) {
    return [required(`${at}.${field}`, 'must populate information for the given metric source')];
  }
  if (type !== 'Resource' && type !== 'ContainerResource') return [];
  const errors: FieldError[] = [];
  if (!source.name) errors.push(required(`${at}.${field}.name`, 'must specify a resource name'));
  return [...errors, ...targetErrors(source.target ?? {}, `${at}.${field}.target`)];
}

function targetErrors(target: Partial<NonNullable<Metric['resource']>['target']>, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const { averageUtilization, averageValue, type = '' } = target;
  if (type === '') errors.push(required(`${at}.type`, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    errors.push(invalidValue(`${at}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(invalidValue(`${at}.averageUtilization`, averageUtilization, 'must be greater than 0'));
  }
  if (averageUtilization === undefined && averageValue === undefined) {
    errors.push(
      required(`${at}.averageUtilization`, 'must set either a target raw value or a target utilization'),
    );
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    errors.push({
      reason: 'FieldValueForbidden',
      field: `${at}.averageValue`,
      message: 'Forbidden: may not set both a target raw value and a target utilization',
    });
  }
  return errors;
}

function rulesErrors(rules: Rules | undefined, at: string): FieldError[] {
  if (rules === undefined) return [];
  const errors: FieldError[] = [];
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [] } = rules;
  if (window !== undefined && window < 0) {
    errors.push(
      invalidValue(`${at}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero'),
    );
  }
  if (window !== undefined && window > 3600) {
    errors.push(
      invalidValue(`${at}.stabilizationWindowSeconds`, window, 'must be less than or equal to 3600'),
    );
  }
  if (selectPolicy !== undefined && !['Max', 'Min', 'Disabled'].includes(selectPolicy)) {
    errors.push(notSupported(`${at}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']));
  }
  if (policies.length === 0) errors.push(required(`${at}.policies`, 'must specify at least one Policy'));
  for (const [index, { type, value, periodSeconds }] of policies.entries()) {
    const policy = `${at}.policies[${index}]`;
    if (type !== 'Pods' && type !== 'Percent') {
      errors.push(notSupported(`${policy}.type`, type, ['Percent', 'Pods']));
    }
    if (value <= 0) errors.push(invalidValue(`${policy}.value`, value, 'must be greater than zero'));
    if (periodSeconds <= 0) {
      errors.push(invalidValue(`${policy}.periodSeconds`, periodSeconds, 'must be greater than zero'));
    }
    if (periodSeconds > 1800) {
      errors.push(
        invalidValue(`${policy}.periodSeconds`, periodSeconds, 'must be less than or equal to 1800'),
      );
    }
  }
  return errors;
}
