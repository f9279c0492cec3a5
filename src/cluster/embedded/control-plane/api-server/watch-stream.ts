import { ApiError, type ListOptions } from '../../api.ts';
import { jsonOf } from '../store/index.ts';
import type { Exchange } from './exchange.ts';
import type { Context, Kind } from './kinds/strategy.ts';
import { watch, type Change } from './requests/watch.ts';
import { metadataOf, tableOf, wantsMetadata, wantsTable } from './tables/table.ts';

/** A watcher that reads nothing for so long that this much waits for it is cut off; it will list again. */
const maxBufferedBytes = 32 * 1024 * 1024;
const bookmarkEveryMs = 60_000;

/** Answers with the changes of the selected objects, one JSON document per line, until either side ends it. */
export function sendWatch(context: Context, exchange: Exchange, kind: Kind, options: ListOptions): void {
  const { query, response } = exchange;
  const asTable = wantsTable(exchange);
  const wantsBookmarks =
    query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1';
  const wantsInitial = query.get('sendInitialEvents') === 'true';
  response.writeHead(200, {
    'content-type': asTable ? 'application/json;as=Table;v=v1;g=meta.k8s.io' : 'application/json',
    'cache-control': 'no-cache, private',
  });
  response.flushHeaders();

  const resourceVersion = wantsInitial ? '0' : (query.get('resourceVersion') ?? '0');
  let stop: () => void;
  try {
    stop = watch(context.store, kind, { ...options, resourceVersion }, (change) => {
      if (response.writableLength > maxBufferedBytes) response.destroy();
      else response.write(lineOf(change));
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    response.end(`${JSON.stringify({ type: 'ERROR', object: error.status })}\n`);
    return;
  }
  if (wantsInitial) bookmark({ 'k8s.io/initial-events-end': 'true' });

  const timers: NodeJS.Timeout[] = [];
  const timeoutSeconds = Number(query.get('timeoutSeconds') ?? 0);
  if (timeoutSeconds > 0) timers.push(setTimeout(finish, timeoutSeconds * 1000));
  if (wantsBookmarks) timers.push(setInterval(bookmark, bookmarkEveryMs));
  response.on('close', () => {
    stop();
    for (const timer of timers) clearTimeout(timer);
  });

  function lineOf(change: Change): string {
    if (asTable) return tableLine(exchange, kind, change);
    if (!wantsMetadata(exchange)) return changeLine(change);
    return `${JSON.stringify({ type: change.type, object: metadataOf(change.object) })}\n`;
  }

  function finish(): void {
    if (wantsBookmarks) bookmark();
    response.end();
  }

  function bookmark(annotations?: Record<string, string>): void {
    const { group, version, kind: name } = kind.type;
    const object = {
      kind: name,
      apiVersion: group === '' ? version : `${group}/${version}`,
      metadata: {
        resourceVersion: String(context.store.revision),
        creationTimestamp: null,
        ...(annotations && { annotations }),
      },
    };
    response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }
}

function changeLine({ type, object }: Change): string {
  return `{"type":"${type}","object":${jsonOf(object)}}\n`;
}

function tableLine(exchange: Exchange, kind: Kind, { type, object }: Change): string {
  const { resourceVersion } = object.metadata;
  const table = tableOf(exchange, kind, [object], { ...(resourceVersion && { resourceVersion }) });
  return `${JSON.stringify({ type, object: table })}\n`;
}
