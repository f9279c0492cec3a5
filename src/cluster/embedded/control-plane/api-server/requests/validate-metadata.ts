import {
  dns1035LabelProblems,
  dnsLabelProblems,
  labelKeyProblems,
  labelValueProblems,
  subdomainProblems,
} from '../../../../../kubernetes/label-rules.ts';
import type { FieldError } from '../errors.ts';
import type { Draft, Kind } from '../kinds/strategy.ts';

const nameRules: Record<string, (name: string) => string[]> = {
  Service: dns1035LabelProblems,
  Namespace: dnsLabelProblems,
};

/** What is wrong with the metadata of an object. */
export function metadataErrors(kind: Kind, { metadata }: Draft): FieldError[] {
  const errors: FieldError[] = [];
  if (!metadata.name) {
    errors.push({
      reason: 'FieldValueRequired',
      field: 'metadata.name',
      message: 'Required value: name or generateName is required',
    });
  } else {
    const problems = (nameRules[kind.type.kind] ?? subdomainProblems)(metadata.name);
    errors.push(...problems.map((problem) => wrong('metadata.name', metadata.name ?? '', problem)));
  }
  errors.push(...labelErrors('metadata.labels', metadata.labels));
  for (const key of Object.keys(metadata.annotations ?? {})) {
    // Kubernetes checks annotation keys in lower case.
    const problems = labelKeyProblems(key.toLowerCase());
    errors.push(...problems.map((problem) => wrong('metadata.annotations', key, problem)));
  }
  return errors;
}

/** What is wrong with a set of labels at `field`. */
function labelErrors(field: string, labels: Record<string, string> | undefined): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...labelKeyProblems(key).map((problem) => wrong(field, key, problem)),
    ...labelValueProblems(value).map((problem) => wrong(field, value, problem)),
  ]);
}

function wrong(field: string, value: string, problem: string): FieldError {
  return {
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: ${JSON.stringify(value)}: ${problem}`,
  };
}
