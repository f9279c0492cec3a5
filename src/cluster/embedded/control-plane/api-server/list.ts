import { randomUUID } from 'node:crypto';
import type { ListOptions } from '../../api.ts';
import { jsonOf, type Stored } from '../store/index.ts';
import { badRequest, expired } from './errors.ts';
import { sendJson, sendText, type Exchange } from './exchange.ts';
import type { Context, Kind } from './kinds/strategy.ts';
import { list } from './requests/read.ts';
import { metadataOf, tableOf, wantsMetadata, wantsTable } from './tables/table.ts';

interface Page {
  items: Stored[];
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

/** The rest of a list that is read page by page: all pages show the state of the first. */
interface Snapshot {
  items: Stored[];
  resourceVersion: string;
}

const maxSnapshots = 64;
const snapshots = new Map<string, Snapshot>();

/** Answers with a list, or a page of it. @throws {ApiError} 400, 410. */
export function sendList(context: Context, exchange: Exchange, kind: Kind, options: ListOptions): void {
  const page = pageOf(context, exchange, kind, options);
  if (wantsTable(exchange)) {
    sendJson(exchange, 200, tableOf(exchange, kind, page.items, page.metadata));
    return;
  }
  if (wantsMetadata(exchange)) {
    sendJson(exchange, 200, {
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata: page.metadata,
      items: page.items.map(metadataOf),
    });
    return;
  }
  sendText(exchange, 200, listText(kind, page));
}

function pageOf(context: Context, { query }: Exchange, kind: Kind, options: ListOptions): Page {
  const limit = Number(query.get('limit') ?? 0);
  if (!Number.isInteger(limit) || limit < 0) throw badRequest(`invalid limit: ${query.get('limit')}`);
  const { items, resourceVersion } = snapshotOf(query.get('continue')) ?? {
    items: list(context, kind, options),
    resourceVersion: String(context.store.revision),
  };
  if (limit === 0 || items.length <= limit) return { items, metadata: { resourceVersion } };
  const rest = items.slice(limit);
  const token = remember({ items: rest, resourceVersion });
  return {
    items: items.slice(0, limit),
    // As in Kubernetes, whose store does not count what a selector would leave.
    metadata: {
      resourceVersion,
      continue: token,
      ...(!isSelective(options) && { remainingItemCount: rest.length }),
    },
  };
}

function isSelective({ labelSelector, fieldSelector }: ListOptions): boolean {
  return (labelSelector ?? '') !== '' || (fieldSelector ?? '') !== '';
}

function snapshotOf(token: string | null): Snapshot | undefined {
  if (token === null || token === '') return undefined;
  const snapshot = snapshots.get(idIn(token));
  if (snapshot === undefined) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.',
    );
  }
  return snapshot;
}

/** @throws {ApiError} 400 when the token was never one of ours. */
function idIn(token: string): string {
  try {
    const { id } = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as { id: string };
    return id;
  } catch (error) {
    throw badRequest(`continue key is not valid: ${(error as Error).message}`);
  }
}

function remember(snapshot: Snapshot): string {
  const id = randomUUID();
  const token = Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', id })).toString('base64url');
  snapshots.set(id, snapshot);
  const [oldest] = snapshots.keys();
  if (snapshots.size > maxSnapshots && oldest !== undefined) snapshots.delete(oldest);
  return token;
}

/** A list as text, put together from the texts of its items, which do not repeat the kind. */
function listText({ type }: Kind, { items, metadata }: Page): string {
  const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
  const typeMeta = `{"apiVersion":"${apiVersion}","kind":"${type.kind}",`;
  const texts = items.map((item) => {
    const text = jsonOf(item);
    return text.startsWith(typeMeta) ? `{${text.slice(typeMeta.length)}` : text;
  });
  return `{"kind":"${type.kind}List","apiVersion":"${apiVersion}","metadata":${JSON.stringify(metadata)},"items":[${texts.join(',')}]}`;
}
