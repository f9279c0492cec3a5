import type { ListOptions } from '../../../api.ts';
import { tableName, type Store, type Stored, type StoreEvent } from '../../store/index.ts';
import { expired } from '../errors.ts';
import type { Kind } from '../kinds/strategy.ts';
import { selectionOf, type Selection } from './select.ts';

/** A change as one watcher sees it. */
export interface Change {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: Stored;
}

/**
 * Calls `sink` for every change of a selected object after `resourceVersion`. An object that begins or ceases to be
 * selected is added or deleted, as far as the watcher can tell. Without a version (or with 0) the current state comes first.
 *
 * @returns a function that ends it.
 * @throws {ApiError} 410 when the version has expired.
 */
export function watch(
  store: Store,
  kind: Kind,
  options: ListOptions & { resourceVersion?: string | undefined },
  sink: (change: Change) => void,
): () => void {
  const selected = selectionOf(kind, options);
  const from = Number(options.resourceVersion || 0);
  if (from === 0) {
    const namespace = kind.type.namespaced ? options.namespace : undefined;
    for (const object of store.list(tableName(kind.type), namespace)) {
      if (selected(object)) sink({ type: 'ADDED', object });
    }
  }
  const stop = store.watch(tableName(kind.type), from === 0 ? undefined : from, (event) => {
    const change = asSeen(selected, event);
    if (change !== undefined) sink(change);
  });
  if (stop === 'expired') throw expired(`too old resource version: ${from} (${store.revision})`);
  return stop;
}

function asSeen(selected: Selection, { type, object, previous }: StoreEvent): Change | undefined {
  const before = previous !== undefined && selected(previous);
  if (type === 'DELETED') return before ? { type, object } : undefined;
  const after = selected(object);
  if (after) return { type: before ? 'MODIFIED' : 'ADDED', object };
  return before ? { type: 'DELETED', object: leaving(previous, object) } : undefined;
}

const lastStates = new WeakMap<Stored, Stored>();

/** The last selected state, with the version of the change that made it leave; the same object for every watcher. */
function leaving(previous: Stored, object: Stored): Stored {
  let last = lastStates.get(object);
  if (last === undefined) {
    const { resourceVersion } = object.metadata;
    last = Object.freeze({
      ...previous,
      metadata: Object.freeze({
        ...previous.metadata,
        ...(resourceVersion !== undefined && { resourceVersion }),
      }),
    });
    lastStates.set(object, last);
  }
  return last;
}
