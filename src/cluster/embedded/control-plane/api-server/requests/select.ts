import type { ListOptions } from '../../../api.ts';
import type { KubeObject } from '../../../objects.ts';
import { parseFieldSelector, selectsByFields } from '../../../../../kubernetes/field-selector.ts';
import { parseLabelSelector, selects } from '../../../../../kubernetes/selector.ts';
import { badRequest } from '../errors.ts';
import type { Kind } from '../kinds/strategy.ts';

/** Which objects of a kind a list or watch is about. */
export type Selection = (object: KubeObject) => boolean;

const everything: Selection = () => true;

/** The selection that a list's or watch's options ask for. @throws {ApiError} 400 when a selector cannot be read. */
export function selectionOf(kind: Kind, { namespace, labelSelector, fieldSelector }: ListOptions): Selection {
  const tests: Selection[] = [];
  try {
    if (namespace !== undefined && kind.type.namespaced) {
      tests.push((object) => object.metadata?.namespace === namespace);
    }
    if (labelSelector) {
      const requirements = parseLabelSelector(labelSelector);
      tests.push((object) => selects(requirements, object.metadata?.labels));
    }
    if (fieldSelector) {
      const terms = parseFieldSelector(fieldSelector);
      for (const { field } of terms) refuseUnknown(kind, field);
      tests.push((object) => selectsByFields(terms, (field) => fieldsOf(kind, object)[field]));
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'SELECTOR_INVALID') {
      throw badRequest(error.message);
    }
    throw error;
  }
  if (tests.length === 0) return everything;
  return (object) => tests.every((test) => test(object));
}

function fieldsOf(kind: Kind, object: KubeObject): Record<string, string> {
  return {
    'metadata.name': object.metadata?.name ?? '',
    'metadata.namespace': object.metadata?.namespace ?? '',
    ...kind.selectableFields?.(object),
  };
}

function refuseUnknown(kind: Kind, field: string): void {
  if (field === 'metadata.name' || (field === 'metadata.namespace' && kind.type.namespaced)) return;
  const sample = { metadata: {}, involvedObject: {} } as KubeObject;
  if (kind.selectableFields !== undefined && field in kind.selectableFields(sample)) return;
  throw badRequest(
    kind.selectableFields === undefined
      ? `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
      : `field label not supported: ${field}`,
  );
}
