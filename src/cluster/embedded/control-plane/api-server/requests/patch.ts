import type { KubeObject } from '../../../objects.ts';
import { clone } from '../../store/index.ts';
import { badRequest, failure } from '../errors.ts';
import type { Kind } from '../kinds/strategy.ts';
import { mergePatch } from './merge-patch.ts';
import { mergeSchemaOf } from './merge-schemas.ts';
import { strategicMergePatch } from './strategic-merge.ts';

/** The media types of patches, as Content-Type names them. */
export const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/**
 * `current` with a patch of one of the media types applied; changes neither.
 *
 * @throws {ApiError} 400, 415 or 422.
 */
export async function preparePatch(
  kind: Kind,
  type: string,
  patch: unknown,
): Promise<(current: KubeObject) => KubeObject> {
  if (type === patchTypes.json) {
    const { applyPatch } = await import('rfc6902');
    if (!Array.isArray(patch)) throw badRequest('error decoding patch: a JSON patch must be a list');
    return (current) => {
      const patched = clone(current);
      for (const error of applyPatch(patched, patch as Parameters<typeof applyPatch>[1])) {
        if (error !== null) throw notApplicable(error.message);
      }
      return patched;
    };
  }
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}',
    );
  }
  switch (type) {
    case patchTypes.merge:
      return (current) => mergePatch(current, patch) as KubeObject;
    case patchTypes.strategic:
    case patchTypes.apply: // Without field ownership, what is applied merges as kubectl's own patches do.
      return (current) => strategicMergePatch(current, patch, mergeSchemaOf(kind.type.kind));
    default:
      throw failure(
        415,
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - accepted media types include: ${Object.values(patchTypes).join(', ')}`,
        {},
      );
  }
}

function notApplicable(why: string): Error {
  return failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {
    causes: [{ reason: 'UnexpectedServerResponse', message: why }],
  });
}
