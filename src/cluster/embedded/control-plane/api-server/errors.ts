/** Refusals in Kubernetes' own words: each function builds the ApiError that its REST server would answer. */
import { ApiError, type ResourceType } from '../../api.ts';
import type { Status } from '../../objects.ts';

/** What is wrong with one field: the parts of a cause in a 422 Status. */
export interface FieldError {
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueNotSupported'
    | 'FieldValueTooLong'
    | 'FieldValueNotFound'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid';
  field: string;
  message: string;
}

type Kind = Pick<ResourceType, 'group' | 'plural' | 'kind'>;

/** `deployments.apps`, `pods`. */
function qualified({ group, plural }: Pick<ResourceType, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function details({ group, plural }: Kind, name: string): NonNullable<Status['details']> {
  return { ...(name !== '' && { name }), ...(group !== '' && { group }), kind: plural };
}

/** A Status of kind Failure. */
export function failure(
  code: number,
  reason: string,
  message: string,
  details?: Status['details'],
): ApiError {
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason !== '' && { reason }),
    ...(details !== undefined && { details }),
    code,
  });
}

export function notFound(kind: Kind, name: string): ApiError {
  return failure(404, 'NotFound', `${qualified(kind)} "${name}" not found`, details(kind, name));
}

/** The path itself does not exist. */
export function noSuchResource(): ApiError {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): ApiError {
  return failure(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

export function alreadyExists(kind: Kind, name: string): ApiError {
  return failure(409, 'AlreadyExists', `${qualified(kind)} "${name}" already exists`, details(kind, name));
}

/** Optimistic concurrency: somebody else wrote first. */
export function modified(kind: Kind, name: string): ApiError {
  return conflict(
    kind,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

export function conflict(kind: Kind, name: string, why: string): ApiError {
  return failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(kind)} "${name}": ${why}`,
    details(kind, name),
  );
}

export function badRequest(message: string): ApiError {
  return failure(400, 'BadRequest', message);
}

export function forbidden(
  kind: Kind,
  name: string,
  why: string,
  causes?: NonNullable<Status['details']>['causes'],
): ApiError {
  const message = `${qualified(kind)} "${name}" is forbidden: ${why}`;
  return failure(403, 'Forbidden', message, { ...details(kind, name), ...(causes && { causes }) });
}

/** The version asked for is no longer in the history. */
export function expired(message: string): ApiError {
  return failure(410, 'Expired', message);
}

/** 422: all that is wrong with an object at once. */
export function invalid({ group, kind }: Kind, name: string, errors: FieldError[]): ApiError {
  // Each line is said once, though every cause is listed.
  const lines = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  const said = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  return failure(
    422,
    'Invalid',
    `${group === '' ? kind : `${kind}.${group}`} "${name}" is invalid: ${said}`,
    {
      ...(name !== '' && { name }),
      ...(group !== '' && { group }),
      kind,
      causes: errors.map(({ reason, field, message }) => ({ reason, message, field })),
    },
  );
}
