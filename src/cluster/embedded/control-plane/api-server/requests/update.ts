import type { ObjectRef } from '../../../api.ts';
import type { KubeObject, Namespace, ObjectMeta } from '../../../objects.ts';
import { clone, equal, tableName, type Stored } from '../../store/index.ts';
import { decode, type OnUnknown } from '../decode/decode.ts';
import { badRequest, conflict, invalid, modified } from '../errors.ts';
import type { Context, Draft, Kind } from '../kinds/strategy.ts';
import { stored } from './read.ts';
import { takeOut } from './remove.ts';
import { metadataErrors, newFinalizerErrors } from '../validation/metadata.ts';

export interface UpdateOptions {
  /** Which part of the object the request may change (`finalize`: spec.finalizers); left out: all but the status. */
  subresource?: 'status' | 'finalize' | undefined;
  dryRun?: boolean | undefined;
  /** Told of fields that the kind does not have; they are left out. */
  onUnknown?: OnUnknown | undefined;
}

/** Fields of metadata that no request changes. */
const fixedMetadata = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'resourceVersion',
] as const satisfies readonly (keyof ObjectMeta)[];

/**
 * Changes an object: `change` gets a copy of the current state, which it may edit, and returns the wanted one; then
 * conflict check → defaults → validation → store. A change that changes nothing writes nothing. An object that was
 * only waiting for its last finalizer is removed.
 *
 * @returns the state after it, frozen.
 * @throws {ApiError} 400, 404, 409 or 422.
 */
export async function update(
  context: Context,
  kind: Kind,
  ref: ObjectRef,
  change: (current: Draft) => KubeObject,
  { subresource, dryRun = false, onUnknown }: UpdateOptions = {},
): Promise<Stored> {
  const previous = stored(context, kind, ref);
  const wanted = decode(kind, change(clone(previous) as Draft), onUnknown);
  const draft = merge(kind, previous, wanted, subresource);
  // An update of a part shares the rest with the stored object, which is complete, and frozen.
  if (subresource === undefined) {
    kind.applyDefaults?.(draft);
    kind.prepareUpdate?.(draft, previous, context);
  }
  if (kind.countsGenerations && !equal(specOf(draft), specOf(previous))) {
    draft.metadata.generation = (previous.metadata.generation ?? 0) + 1;
  }
  const errors = [
    ...metadataErrors(kind, draft),
    ...newFinalizerErrors(draft.metadata, previous.metadata),
    ...(subresource === undefined ? (kind.validateUpdate?.(draft, previous) ?? []) : []),
    ...(subresource === undefined ? (kind.validate?.(draft) ?? []) : []),
  ];
  if (errors.length > 0) throw invalid(kind.type, ref.name, errors);

  const release = await kind.reserve?.(draft, previous, context);
  try {
    if (release !== undefined && stored(context, kind, ref) !== previous) throw modified(kind.type, ref.name);
    if (equal(draft, previous)) return previous;
    if (dryRun) return draft as Stored;
    return isFinished(draft.metadata) && kind.isHeld?.(draft) !== true
      ? takeOut(context, kind, draft as Stored)
      : context.store.write(tableName(kind.type), draft as Stored);
  } finally {
    release?.();
  }
}

/** The wanted object with everything put back that this request may not change. */
function merge(
  kind: Kind,
  previous: Stored,
  wanted: KubeObject,
  subresource: UpdateOptions['subresource'],
): Draft {
  const asked = wanted.metadata ?? {};
  refuseMismatch(kind, previous, asked);
  const metadata: ObjectMeta = { ...asked };
  for (const field of fixedMetadata) restore(metadata, previous.metadata, field);
  delete metadata.selfLink;

  const { apiVersion, kind: kindName } = previous;
  if (subresource === 'finalize') {
    const { finalizers = [] } = (wanted as Namespace).spec ?? {};
    const { finalizers: _before, ...spec } = (previous as Namespace).spec ?? {};
    return { ...previous, spec: { ...spec, ...(finalizers.length > 0 && { finalizers }) } } as Draft;
  }
  if (subresource === 'status') {
    // Pods, nodes and Services may change their labels together with the status; others may not.
    if (kind.type.group !== '') restore(metadata, previous.metadata, 'labels');
    restore(metadata, previous.metadata, 'ownerReferences');
    const { status } = wanted as { status?: unknown };
    return { ...previous, metadata, ...(status !== undefined && { status }) };
  }
  const { status } = previous as { status?: unknown };
  const hasStatus = kind.subresources?.includes('status') === true;
  const draft = { ...wanted, apiVersion, kind: kindName, metadata } as Draft & { status?: unknown };
  if (hasStatus) draft.status = status;
  if (hasStatus && status === undefined) delete draft.status;
  return draft;
}

function restore(to: ObjectMeta, from: ObjectMeta, field: keyof ObjectMeta): void {
  if (from[field] === undefined) delete to[field];
  else Object.assign(to, { [field]: from[field] });
}

function refuseMismatch({ type }: Kind, { metadata }: Stored, asked: ObjectMeta): void {
  const name = metadata.name ?? '';
  if (asked.name !== undefined && asked.name !== name) {
    throw badRequest(`the name of the object (${asked.name}) does not match the name on the URL (${name})`);
  }
  if (asked.namespace && asked.namespace !== metadata.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (asked.uid && asked.uid !== metadata.uid) {
    throw conflict(
      type,
      name,
      `Precondition failed: UID in precondition: ${asked.uid}, UID in object meta: ${metadata.uid}`,
    );
  }
  if (asked.resourceVersion && asked.resourceVersion !== metadata.resourceVersion) {
    throw modified(type, name);
  }
}

function specOf(object: KubeObject): unknown {
  const { metadata: _metadata, status: _status, ...rest } = object as KubeObject & { status?: unknown };
  return rest;
}

/** Deleted, nobody has to be waited for, and no finalizer is left. */
function isFinished(metadata: ObjectMeta): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    (metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
    (metadata.finalizers ?? []).length === 0
  );
}
