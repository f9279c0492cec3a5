import type { Job } from '../../../objects.ts';
import { equal } from '../../store/index.ts';
import type { FieldError } from '../errors.ts';
import { invalidValue, notNegative, notSupported, required } from './fields.ts';
import { annotationErrors, labelErrors } from './metadata.ts';
import { podSpecErrors } from './pod-spec.ts';

type JobSpec = NonNullable<Job['spec']>;

const maxIndexedParallelism = 100_000;

/** What is wrong with a Job's spec. */
export function jobErrors({ spec }: Job): FieldError[] {
  if (spec === undefined) return [];
  const { template } = spec;
  const { labels, annotations } = template.metadata ?? {};
  const counts = [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const;
  return [
    ...counts.flatMap((name) => notNegative(`spec.${name}`, spec[name])),
    ...modeErrors(spec),
    ...labelErrors('spec.template.labels', labels),
    ...annotationErrors('spec.template.annotations', annotations),
    ...podSpecErrors(template.spec ?? {}, 'spec.template.spec'),
    ...restartPolicyErrors(template.spec?.restartPolicy),
  ];
}

/** What an update may not change. */
export function jobUpdateErrors({ spec }: Job, { spec: before }: Job): FieldError[] {
  const fixed = [
    'selector',
    'template',
    'completionMode',
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'managedBy',
    'successPolicy',
  ] as const;
  const errors: FieldError[] = [];
  // An indexed Job may grow and shrink as a whole.
  const isElastic =
    spec?.completionMode === 'Indexed' &&
    spec.completions === spec.parallelism &&
    before?.completions === before?.parallelism;
  if (spec?.completions !== before?.completions && !isElastic) {
    errors.push(invalidValue('spec.completions', spec?.completions, 'field is immutable'));
  }
  for (const name of fixed) {
    const [now, was] = [spec?.[name], before?.[name]];
    if (equal(now, was) || (name === 'template' && before?.suspend === true)) continue;
    errors.push(invalidValue(`spec.${name}`, now, 'field is immutable'));
  }
  return errors;
}

function modeErrors({ completionMode, completions, parallelism, ...spec }: JobSpec): FieldError[] {
  if (completionMode === 'Indexed') {
    const errors: FieldError[] = [];
    if (completions === undefined)
      errors.push(required('spec.completions', 'when completion mode is Indexed'));
    if (parallelism !== undefined && parallelism > maxIndexedParallelism) {
      const why = `must be less than or equal to ${maxIndexedParallelism} when completion mode is Indexed`;
      errors.push(invalidValue('spec.parallelism', parallelism, why));
    }
    return errors;
  }
  if (completionMode !== 'NonIndexed' && completionMode !== undefined)
    return [notSupported('spec.completionMode', completionMode, ['NonIndexed', 'Indexed'])];
  return (['backoffLimitPerIndex', 'maxFailedIndexes'] as const).flatMap((name) =>
    spec[name] === undefined
      ? []
      : [invalidValue(`spec.${name}`, spec[name], 'requires indexed completion mode')],
  );
}

function restartPolicyErrors(policy: string | undefined): FieldError[] {
  const field = 'spec.template.spec.restartPolicy';
  if (policy === 'Always' || policy === undefined)
    return [required(field, 'valid values: "OnFailure", "Never"')];
  return policy === 'OnFailure' || policy === 'Never'
    ? []
    : [notSupported(field, policy, ['OnFailure', 'Never'])];
}
