import type { Deployment } from '../../../objects.ts';
import type { FieldError } from '../errors.ts';
import { forbiddenField, invalidValue, notNegative, notSupported, required } from './fields.ts';
import { replicatedTemplateErrors } from './pod-spec.ts';

type Strategy = NonNullable<NonNullable<Deployment['spec']>['strategy']>;

/** What is wrong with a Deployment's spec. */
export function deploymentErrors({ spec }: Deployment): FieldError[] {
  if (spec === undefined) return [];
  const { progressDeadlineSeconds, minReadySeconds = 0 } = spec;
  const errors = [
    ...notNegative('spec.replicas', spec.replicas),
    ...replicatedTemplateErrors(spec, 'spec', 'deployment'),
    ...strategyErrors(spec.strategy ?? {}),
    ...notNegative('spec.minReadySeconds', minReadySeconds),
    ...notNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...notNegative('spec.progressDeadlineSeconds', progressDeadlineSeconds),
  ];
  if (progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= minReadySeconds) {
    errors.push(
      invalidValue(
        'spec.progressDeadlineSeconds',
        progressDeadlineSeconds,
        'must be greater than minReadySeconds',
      ),
    );
  }
  return errors;
}

function strategyErrors({ type, rollingUpdate }: Strategy): FieldError[] {
  const at = 'spec.strategy';
  if (type === 'Recreate') {
    return rollingUpdate === undefined
      ? []
      : [forbiddenField(`${at}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (type !== 'RollingUpdate')
    return [notSupported(`${at}.type`, type ?? '', ['Recreate', 'RollingUpdate'])];
  if (rollingUpdate === undefined) {
    return [required(`${at}.rollingUpdate`, 'this should be defaulted and never be nil')];
  }
  const { maxSurge = 0, maxUnavailable = 0 } = rollingUpdate as Record<string, number | string>;
  const errors = [
    ...countOrPercent(`${at}.rollingUpdate.maxUnavailable`, maxUnavailable),
    ...countOrPercent(`${at}.rollingUpdate.maxSurge`, maxSurge),
  ];
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    errors.push(
      invalidValue(`${at}.rollingUpdate.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'),
    );
  }
  if (typeof maxUnavailable === 'string' && Number.parseInt(maxUnavailable, 10) > 100) {
    errors.push(
      invalidValue(`${at}.rollingUpdate.maxUnavailable`, maxUnavailable, 'must not be greater than 100%'),
    );
  }
  return errors;
}

/** A number that is not negative, or a share such as `25%`. */
export function countOrPercent(field: string, value: number | string): FieldError[] {
  if (typeof value === 'number') return notNegative(field, value);
  return /^[0-9]+%$/.test(value)
    ? []
    : [
        invalidValue(
          field,
          value,
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
        ),
      ];
}

function isZero(value: number | string): boolean {
  return value === 0 || (typeof value === 'string' && Number.parseInt(value, 10) === 0);
}
