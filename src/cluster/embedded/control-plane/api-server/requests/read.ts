import type { ListOptions, ObjectRef } from '../../../api.ts';
import type { KubeObject } from '../../../objects.ts';
import { tableName, type Stored } from '../../store/index.ts';
import { notFound } from '../errors.ts';
import type { Context, Kind } from '../kinds/strategy.ts';
import { selectionOf } from './select.ts';

/** The object as it is stored: frozen. @throws {ApiError} 404. */
export function read(context: Context, kind: Kind, ref: ObjectRef): Stored {
  const object = stored(context, kind, ref);
  if (!isVisible(context, kind, object)) throw notFound(kind.type, ref.name);
  return object;
}

/** The same for whoever writes: also what readers are not shown any more. @throws {ApiError} 404. */
export function stored(context: Context, kind: Kind, { namespace, name }: ObjectRef): Stored {
  const object = context.store.read(
    tableName(kind.type),
    kind.type.namespaced ? (namespace ?? '') : '',
    name,
  );
  if (object === undefined) throw notFound(kind.type, name);
  return object;
}

/** The selected objects as they are stored, ordered by namespace and name. */
export function list(context: Context, kind: Kind, options: ListOptions): Stored[] {
  const selected = selectionOf(kind, options);
  return context.store
    .list(tableName(kind.type), kind.type.namespaced ? options.namespace : undefined)
    .filter((object) => selected(object) && isVisible(context, kind, object));
}

function isVisible(context: Context, kind: Kind, object: KubeObject): boolean {
  return kind.visible === undefined || kind.visible(object, context);
}
