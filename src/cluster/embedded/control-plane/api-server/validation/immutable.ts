/** ConfigMaps and Secrets that have promised not to change. */
import type { ConfigMap, Secret } from '../../../objects.ts';
import { equal } from '../../store/index.ts';
import type { FieldError } from '../errors.ts';
import { forbiddenField } from './fields.ts';

/** What an update changes of data that are immutable. */
export function immutableDataErrors(object: ConfigMap | Secret, previous: ConfigMap | Secret): FieldError[] {
  if (previous.immutable !== true) return [];
  const why = 'field is immutable when `immutable` is set';
  const errors: FieldError[] = [];
  if (object.immutable !== true) errors.push(forbiddenField('immutable', why));
  for (const field of ['data', 'binaryData'] as const) {
    const [before, after] = [previous, object].map((it) => (it as ConfigMap)[field] ?? {});
    if (!equal(before, after)) errors.push(forbiddenField(field, why));
  }
  return errors;
}
