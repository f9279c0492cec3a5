import { isDeepStrictEqual } from 'node:util';
import type { Api, ResourceType } from '../../../api.ts';
import type { KubeObject } from '../../../objects.ts';
import { orGone } from './controller.ts';

/**
 * Writes the fields of `status` that differ from what the object has; counts of zero and empty lists are left out of the
 * object, as Kubernetes does. Nothing is written where nothing differs.
 */
export async function writeStatus<T extends KubeObject & { status?: object }>(
  api: Api,
  type: ResourceType<T>,
  object: T,
  status: NonNullable<T['status']>,
  always: readonly string[] = [],
): Promise<T | undefined> {
  const before: Record<string, unknown> = { ...object.status };
  const changes = Object.entries(status).flatMap(([name, value]) => {
    const wanted: unknown = isEmpty(value) && !always.includes(name) ? undefined : value;
    return isDeepStrictEqual(before[name], wanted) ? [] : [[name, wanted ?? null] as const];
  });
  if (changes.length === 0) return object;
  const { namespace, name = '' } = object.metadata ?? {};
  return orGone(api.patch(type, { namespace, name }, { status: Object.fromEntries(changes) }, 'status'));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === 0 || (Array.isArray(value) && value.length === 0);
}
