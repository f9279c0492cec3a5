import { randomInt, randomUUID } from 'node:crypto';
import type { KubeObject } from '../../../objects.ts';
import { tableName, type Stored } from '../../store/index.ts';
import { decode, type OnUnknown } from '../decode/decode.ts';
import { alreadyExists, badRequest, failure, forbidden, invalid, notFound } from '../errors.ts';
import type { Context, Draft, Kind } from '../kinds/strategy.ts';
import { metadataErrors } from '../validation/metadata.ts';

export interface CreateOptions {
  /** The namespace of the URL, where there is one. */
  namespace?: string | undefined;
  /** Do everything but keep the result. */
  dryRun?: boolean | undefined;
  /** Told of fields that the kind does not have; they are left out. */
  onUnknown?: OnUnknown | undefined;
}

/** Letters and digits of generated names: no vowels, and nothing that looks like something else. */
const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * Creates an object: defaults → admission → validation → store.
 *
 * @returns the stored object, frozen.
 * @throws {ApiError} 400, 403, 404 (no such namespace), 409 or 422.
 */
export async function create(
  context: Context,
  kind: Kind,
  object: KubeObject,
  { namespace, dryRun = false, onUnknown }: CreateOptions = {},
): Promise<Stored> {
  const draft = draftOf(kind, object, onUnknown);
  placeInNamespace(kind, draft, namespace);
  const { metadata } = draft;
  if (!metadata.name && metadata.generateName) metadata.name = metadata.generateName + nameSuffix();
  refuseIfTaken(context, kind, draft);
  kind.applyDefaults?.(draft);
  requireNamespace(context, kind, draft);
  giveIdentity(context, kind, draft);
  kind.prepareCreate?.(draft, context);
  const errors = [...metadataErrors(kind, draft), ...(kind.validate?.(draft) ?? [])];
  if (errors.length > 0) throw invalid(kind.type, metadata.name ?? '', errors);

  const release = await kind.reserve?.(draft, undefined, context);
  try {
    // Reserving may have taken a while.
    refuseIfTaken(context, kind, draft);
    if (dryRun) return draft as Stored;
    return context.store.write(tableName(kind.type), draft as Stored);
  } finally {
    release?.();
  }
}

function draftOf(kind: Kind, object: KubeObject, onUnknown: OnUnknown | undefined): Draft {
  const { type } = kind;
  const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
  const typed = decode(kind, object, onUnknown);
  return { ...typed, apiVersion, kind: type.kind, metadata: typed.metadata ?? {} };
}

function placeInNamespace(kind: Kind, { metadata }: Draft, asked: string | undefined): void {
  if (!kind.type.namespaced) {
    delete metadata.namespace;
    return;
  }
  metadata.namespace ||= asked ?? '';
  if (asked !== undefined && metadata.namespace !== asked) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  if (metadata.namespace === '') throw badRequest('an empty namespace may not be set during creation');
}

function requireNamespace(context: Context, kind: Kind, { metadata }: Draft): void {
  if (!kind.type.namespaced) return;
  const name = metadata.namespace ?? '';
  const namespace = context.store.read('/namespaces', '', name);
  if (namespace === undefined) {
    throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, name);
  }
  if (namespace.metadata.deletionTimestamp !== undefined) {
    const why = `unable to create new content in namespace ${name} because it is being terminated`;
    const cause = { reason: 'NamespaceTerminating', message: `namespace ${name} is being terminated` };
    throw forbidden(kind.type, metadata.name ?? '', why, [{ ...cause, field: 'metadata.namespace' }]);
  }
}

function refuseIfTaken(context: Context, kind: Kind, { metadata }: Draft): void {
  const name = metadata.name ?? '';
  const taken = context.store.read(tableName(kind.type), metadata.namespace ?? '', name);
  if (taken === undefined) return;
  if (metadata.generateName) {
    throw failure(
      409,
      'AlreadyExists',
      `object name generation could not find a free name for ${metadata.generateName}, try again`,
    );
  }
  throw alreadyExists(kind.type, name);
}

function giveIdentity({ clock }: Context, kind: Kind, { metadata }: Draft): void {
  metadata.uid = randomUUID();
  metadata.creationTimestamp = wholeSeconds(clock.wall());
  delete metadata.resourceVersion;
  delete metadata.selfLink;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  if (kind.countsGenerations) metadata.generation = 1;
  else delete metadata.generation;
}

function nameSuffix(): string {
  return Array.from({ length: 5 }, () => nameAlphabet[randomInt(nameAlphabet.length)]).join('');
}

/** Kubernetes' time stamps: RFC 3339 in whole seconds, UTC. */
export function wholeSeconds(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 19)}Z`;
}
