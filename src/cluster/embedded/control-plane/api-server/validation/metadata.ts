import {
  dns1035LabelProblems,
  dnsLabelProblems,
  labelKeyProblems,
  labelValueProblems,
  subdomainProblems,
} from '../../../../../kubernetes/label-rules.ts';
import type { ObjectMeta } from '../../../objects.ts';
import type { FieldError } from '../errors.ts';
import type { Draft, Kind } from '../kinds/strategy.ts';
import { forbiddenField, problemsWith, required } from './fields.ts';

const nameRules: Record<string, (name: string) => string[]> = {
  Service: dns1035LabelProblems,
  Namespace: dnsLabelProblems,
};

/** What is wrong with the metadata of an object. */
export function metadataErrors(kind: Kind, { metadata }: Draft): FieldError[] {
  const { name } = metadata;
  const rule = nameRules[kind.type.kind] ?? subdomainProblems;
  return [
    ...(name
      ? problemsWith('metadata.name', name, rule(name))
      : [required('metadata.name', 'name or generateName is required')]),
    ...labelErrors('metadata.labels', metadata.labels),
    ...annotationErrors('metadata.annotations', metadata.annotations),
  ];
}

/** Nobody may begin to hold an object that is being deleted. */
export function newFinalizerErrors(metadata: ObjectMeta, previous: ObjectMeta): FieldError[] {
  if (previous.deletionTimestamp === undefined) return [];
  const known = new Set(previous.finalizers);
  const added = (metadata.finalizers ?? []).filter((finalizer) => !known.has(finalizer)).sort();
  if (added.length === 0) return [];
  const list = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
  return [
    forbiddenField(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
    ),
  ];
}

/** What is wrong with a set of labels at `field`. */
export function labelErrors(field: string, labels: Record<string, string> | undefined): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...problemsWith(field, key, labelKeyProblems(key)),
    ...problemsWith(field, value, labelValueProblems(value)),
  ]);
}

/** What is wrong with annotations at `field`; their keys are compared in lower case. */
export function annotationErrors(
  field: string,
  annotations: Record<string, string> | undefined,
): FieldError[] {
  return Object.keys(annotations ?? {}).flatMap((key) =>
    problemsWith(field, key, labelKeyProblems(key.toLowerCase())),
  );
}
