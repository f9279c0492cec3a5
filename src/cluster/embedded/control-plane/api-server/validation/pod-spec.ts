/** What Kubernetes requires of a pod's spec and of pod templates. */
import {
  dnsLabelProblems,
  labelKeyProblems,
  labelValueProblems,
} from '../../../../../kubernetes/label-rules.ts';
import { requirementsOf, selects, type LabelSelectorSpec } from '../../../../../kubernetes/selector.ts';
import type { Deployment, Pod, PodTemplateSpec, ReplicaSet } from '../../../objects.ts';
import { equal } from '../../store/index.ts';
import type { FieldError } from '../errors.ts';
import { containersErrors } from './containers.ts';
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notNegative,
  notSupported,
  oneOf,
  problemsWith,
  required,
} from './fields.ts';
import { annotationErrors, labelErrors } from './metadata.ts';

type PodSpec = NonNullable<Pod['spec']>;
type Toleration = NonNullable<PodSpec['tolerations']>[number];

/** What is wrong with a pod's spec at `field`. */
export function podSpecErrors(spec: Partial<PodSpec>, field: string): FieldError[] {
  const volumes = volumeErrors(spec, `${field}.volumes`);
  const { initContainers = [] } = spec;
  return [
    ...volumes.errors,
    ...containersErrors(spec.containers, volumes.names, `${field}.containers`),
    ...(initContainers.length > 0
      ? containersErrors(initContainers, volumes.names, `${field}.initContainers`)
      : []),
    ...oneOf(`${field}.restartPolicy`, spec.restartPolicy, ['Always', 'Never', 'OnFailure']),
    ...oneOf(`${field}.dnsPolicy`, spec.dnsPolicy, [
      'ClusterFirst',
      'ClusterFirstWithHostNet',
      'Default',
      'None',
    ]),
    ...labelErrors(`${field}.nodeSelector`, spec.nodeSelector),
    ...notNegative(`${field}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds),
    ...(spec.tolerations ?? []).flatMap((toleration, index) =>
      tolerationErrors(toleration, `${field}.tolerations[${index}]`),
    ),
  ];
}

/**
 * What is wrong with the template and selector of a ReplicaSet or Deployment (`owner`) at `field`: both must be there, the
 * selector must select the template's pods, and these must be restarted always.
 */
export function replicatedTemplateErrors(
  spec: { selector?: LabelSelectorSpec; template?: PodTemplateSpec },
  field: string,
  owner: 'deployment' | 'replicaset',
): FieldError[] {
  const { selector, template = {} } = spec;
  const errors: FieldError[] = [];
  if (selector === undefined) errors.push(required(`${field}.selector`));
  const parts = [...Object.keys(selector?.matchLabels ?? {}), ...(selector?.matchExpressions ?? [])];
  const isEmpty = selector !== undefined && parts.length === 0;
  if (isEmpty) {
    errors.push(invalidValue(`${field}.selector`, selector, `empty selector is invalid for ${owner}`));
  }
  const at = `${field}.template`;
  const { labels, annotations } = template.metadata ?? {};
  const selected = selectedBy(selector, labels);
  if (selected === undefined) {
    return [...errors, invalidValue(`${field}.selector`, selector, 'invalid label selector')];
  }
  if (!isEmpty && !selected) {
    errors.push(
      invalidValue(`${at}.metadata.labels`, labels ?? null, '`selector` does not match template `labels`'),
    );
  }
  errors.push(
    ...labelErrors(`${at}.labels`, labels),
    ...annotationErrors(`${at}.annotations`, annotations),
    ...podSpecErrors(template.spec ?? {}, `${at}.spec`),
  );
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy !== 'Always' && restartPolicy !== undefined) {
    errors.push(notSupported(`${at}.spec.restartPolicy`, restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    errors.push(
      forbiddenField(
        `${at}.spec.activeDeadlineSeconds`,
        'activeDeadlineSeconds in ReplicaSet is not Supported',
      ),
    );
  }
  return errors;
}

/** Whether the labels are selected; `undefined` when the selector makes no sense. */
function selectedBy(
  selector: LabelSelectorSpec | undefined,
  labels: Record<string, string> | undefined,
): boolean | undefined {
  try {
    return selector !== undefined && selects(requirementsOf(selector), labels);
  } catch {
    return undefined;
  }
}

function volumeErrors(
  { volumes = [] }: Partial<PodSpec>,
  field: string,
): { errors: FieldError[]; names: Set<string> } {
  const names = new Set<string>();
  const errors = volumes.flatMap((volume, index) => {
    const at = `${field}[${index}]`;
    const { name, configMap, secret, hostPath } = volume;
    const wrong: FieldError[] = [];
    if (configMap && !configMap.name) wrong.push(required(`${at}.configMap.name`));
    if (secret && !secret.secretName) wrong.push(required(`${at}.secret.secretName`));
    if (hostPath && !hostPath.path) wrong.push(required(`${at}.hostPath.path`));
    if (!name) wrong.push(required(`${at}.name`));
    else wrong.push(...problemsWith(`${at}.name`, name, dnsLabelProblems(name)));
    if (names.has(name)) wrong.push(duplicate(`${at}.name`, name));
    if (wrong.length === 0) names.add(name);
    return wrong;
  });
  return { errors, names };
}

function tolerationErrors(toleration: Toleration, at: string): FieldError[] {
  const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
  const errors: FieldError[] = [];
  if (key !== '') errors.push(...problemsWith(`${at}.key`, key, labelKeyProblems(key)));
  if (key === '' && operator !== 'Exists') {
    errors.push(
      invalidValue(
        `${at}.operator`,
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    );
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.push(
      invalidValue(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"),
    );
  }
  if (operator === 'Exists') {
    if (value !== '') {
      errors.push(
        invalidValue(`${at}.operator`, toleration, "value must be empty when `operator` is 'Exists'"),
      );
    }
  } else if (operator === 'Equal' || operator === '') {
    const problems = labelValueProblems(value);
    if (problems.length > 0) errors.push(invalidValue(`${at}.operator`, value, problems.join(';')));
  } else errors.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists']));
  if (effect !== '') {
    errors.push(...oneOf(`${at}.effect`, effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute']));
  }
  return errors;
}

/** The selector of a ReplicaSet or Deployment says which pods are its own, so it stays. */
export function selectorUpdateErrors(
  now: Deployment | ReplicaSet,
  before: Deployment | ReplicaSet,
): FieldError[] {
  if (equal(now.spec?.selector, before.spec?.selector)) return [];
  return [invalidValue('spec.selector', now.spec?.selector, 'field is immutable')];
}

/** What may be changed of a pod that exists: its images, deadline and tolerations. */
export function podUpdateErrors({ spec }: Pod, { spec: before }: Pod): FieldError[] {
  if (spec === undefined || before === undefined) return [];
  if (equal(withoutChangeable(spec), withoutChangeable(before))) return [];
  return [
    forbiddenField(
      'spec',
      'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ),
  ];
}

function withoutChangeable(spec: PodSpec): object {
  const {
    activeDeadlineSeconds: _deadline,
    tolerations: _tolerations,
    schedulingGates: _gates,
    ...rest
  } = spec;
  const withoutImage = ({ image: _image, ...container }: PodSpec['containers'][number]): object => container;
  return {
    ...rest,
    containers: spec.containers.map(withoutImage),
    initContainers: (spec.initContainers ?? []).map(withoutImage),
  };
}
