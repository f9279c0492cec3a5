import { randomUUID } from 'node:crypto';
import type { ListOptions } from '../../api.ts';
import { jsonOf, type Stored } from '../store/index.ts';
import { badRequest, expired } from './errors.ts';
import { sendJson, sendText, type Exchange } from './exchange.ts';
import type { Context, Kind } from './kinds/strategy.ts';
import { list } from './requests/read.ts';
import { tableOf, wantsTable } from './tables/table.ts';

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
    metadata: { resourceVersion, continue: token, remainingItemCount: rest.length },
  };
}

function snapshotOf(token: string | null): Snapshot | undefined {
  if (token === null || token === '') return undefined;
  const snapshot = snapshots.get(token);
  if (snapshot === undefined) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.',
    );
  }
  return snapshot;
}

function remember(snapshot: Snapshot): string {
  const token = randomUUID();
  snapshots.set(token, snapshot);
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
