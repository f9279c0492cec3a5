import type { DeleteOptions, ObjectRef } from '../../../api.ts';
import { clone, tableName, type Stored } from '../../store/index.ts';
import { conflict } from '../errors.ts';
import type { Context, Kind } from '../kinds/strategy.ts';
import { wholeSeconds } from './create.ts';
import { stored } from './read.ts';

/** What a deletion came to. */
export interface Removal {
  /** The state after it: what still stands, or the last state of what is gone. */
  object: Stored;
  /** It is gone; otherwise somebody has to finish it: the kubelet, or the owner of a finalizer. */
  gone: boolean;
}

const propagationFinalizers = { Foreground: 'foregroundDeletion', Orphan: 'orphan' } as const;

/**
 * Deletes an object: at once, or by marking it for those who have to finish it first.
 *
 * @throws {ApiError} 404, or 409 when a precondition does not hold.
 */
export function remove(
  context: Context,
  kind: Kind,
  ref: ObjectRef,
  options: DeleteOptions = {},
  dryRun = false,
): Removal {
  const object = stored(context, kind, ref);
  checkPreconditions(kind, object, options);
  const finalizers = finalizersFor(kind, object, options);
  const grace = kind.gracePeriodSeconds?.(object, options.gracePeriodSeconds) ?? 0;
  const prepared = prepare(kind, object);
  if (grace === 0 && finalizers.length === 0 && kind.isHeld?.(object) !== true) {
    return { object: dryRun ? object : takeOut(context, kind, object), gone: true };
  }
  const marked = mark(context, prepared, finalizers, grace);
  if (marked === object || dryRun) return { object: marked, gone: false };
  return { object: context.store.write(tableName(kind.type), marked), gone: false };
}

/** What the kind changes in an object that is to go; the same object where it changes nothing. */
function prepare(kind: Kind, object: Stored): Stored {
  if (kind.prepareDelete === undefined || object.metadata.deletionTimestamp !== undefined) return object;
  const draft = clone(object);
  kind.prepareDelete(draft);
  return draft;
}

/** Removes an object and what goes with it. */
export function takeOut({ store }: Context, kind: Kind, object: Stored): Stored {
  const { namespace = '', name = '' } = object.metadata;
  for (const table of kind.companions ?? []) {
    const companion = store.read(table, namespace, name);
    if (companion !== undefined) store.remove(table, companion);
  }
  return store.remove(tableName(kind.type), object);
}

function checkPreconditions({ type }: Kind, { metadata }: Stored, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion } = preconditions ?? {};
  // Kubernetes names the kind here, not the resource.
  const refuse = (why: string): never => {
    throw conflict({ ...type, plural: type.kind }, metadata.name ?? '', why);
  };
  if (uid !== undefined && uid !== metadata.uid) {
    refuse(
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    refuse(
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

/** The object's own finalizers, with the garbage collector's for the propagation policy that was asked for. */
function finalizersFor(kind: Kind, { metadata }: Stored, options: DeleteOptions): string[] {
  const own = metadata.finalizers ?? [];
  const collectors: readonly string[] = Object.values(propagationFinalizers);
  const isDecided = own.some((finalizer) => collectors.includes(finalizer));
  const propagationPolicy =
    options.propagationPolicy ?? (isDecided ? undefined : kind.defaultPropagationPolicy);
  if (propagationPolicy === undefined) return own;
  const others = own.filter((finalizer) => !collectors.includes(finalizer));
  return propagationPolicy === 'Background' ? others : [...others, propagationFinalizers[propagationPolicy]];
}

/** `object` marked as being deleted; the same object when that would change nothing. A grace period only ever shrinks. */
function mark({ clock, timings }: Context, object: Stored, finalizers: string[], grace: number): Stored {
  const { metadata } = object;
  const before = metadata.deletionGracePeriodSeconds;
  const sameFinalizers = finalizers.join() === (metadata.finalizers ?? []).join();
  const shortened = metadata.deletionTimestamp === undefined || (before ?? 0) > grace;
  if (!shortened && sameFinalizers) return object;
  const graceMs = (grace * 1000) / timings.speedup;
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(finalizers.length > 0 && { finalizers }),
      ...(shortened && {
        deletionTimestamp: wholeSeconds(clock.wall() + graceMs),
        deletionGracePeriodSeconds: grace,
      }),
      ...(metadata.generation !== undefined &&
        metadata.deletionTimestamp === undefined && { generation: metadata.generation + 1 }),
    },
  };
}
