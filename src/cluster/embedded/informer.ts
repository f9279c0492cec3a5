/** A cache of one kind that is kept current by list and watch. */
import { ApiError, type Api, type ListOptions, type ResourceType, type WatchEvent } from './api.ts';
import type { KubeObject } from './objects.ts';
import { systemClock, type Clock } from '../../support/index.ts';

/** Called synchronously, in the order of the changes. They must not throw, and must not change the objects. */
export interface InformerHandlers<T> {
  added?: (object: T) => void;
  modified?: (previous: T, object: T) => void;
  /** With the last state that was seen. */
  deleted?: (object: T) => void;
}

/** A cache that follows the API; its objects are shared, so nobody may change them. */
export interface Informer<T> {
  /** Resolves after the first list was handed to the handlers; rejects when the signal aborts before that. */
  readonly synced: Promise<void>;
  get(namespace: string | undefined, name: string): T | undefined;
  list(): T[];
}

export interface InformerOptions<T> {
  /** Restricts what is listed and watched. */
  options?: ListOptions;
  handlers?: InformerHandlers<T>;
  /** Ends the watch. */
  signal: AbortSignal;
  clock?: Clock;
}

const firstBackOffMs = 20;
const lastBackOffMs = 1000;

/**
 * Lists a kind, then watches it; lists again when the watch's version has expired or the connection is lost, with a
 * back-off from 20 ms to 1 s, for as long as `signal` does not abort. After each list the handlers hear of the differences only.
 */
export function startInformer<T extends KubeObject>(
  api: Api,
  type: ResourceType<T>,
  { options = {}, handlers = {}, signal, clock = systemClock }: InformerOptions<T>,
): Informer<T> {
  const cache = new Map<string, T>();
  const synced = Promise.withResolvers<void>();
  // Whoever waits for it sees the rejection; that nobody waits is no error.
  synced.promise.catch(() => undefined);
  signal.addEventListener('abort', () => synced.reject(signal.reason as Error), { once: true });
  void follow();
  return {
    synced: synced.promise,
    get: (namespace, name) => cache.get(keyOf(namespace, name)),
    list: () => [...cache.values()],
  };

  async function follow(): Promise<void> {
    let backOffMs = firstBackOffMs;
    while (!signal.aborted) {
      try {
        const list = await api.list(type, options);
        if (signal.aborted) return;
        replace(list.items);
        synced.resolve();
        backOffMs = firstBackOffMs;
        await watchFrom(list.resourceVersion);
      } catch (error) {
        if (error instanceof HandlerError) throw error.cause;
        await clock.sleep(backOffMs, signal).catch(() => undefined);
        backOffMs = Math.min(backOffMs * 2, lastBackOffMs);
      }
    }
  }

  /** Watches again from where the last watch ended cleanly; throws when that is no longer possible. */
  async function watchFrom(resourceVersion: string): Promise<void> {
    let from = resourceVersion;
    while (!signal.aborted) {
      const startedAt = clock.now();
      for await (const event of api.watch(type, { ...options, resourceVersion: from, signal })) {
        if (signal.aborted) return;
        from = event.type === 'ERROR' ? from : (event.object.metadata?.resourceVersion ?? from);
        apply(event);
      }
      // A server that closes every watch at once must not be asked without a pause.
      if (clock.now() - startedAt < lastBackOffMs) await clock.sleep(firstBackOffMs, signal);
    }
  }

  function apply(event: WatchEvent<T>): void {
    if (event.type === 'ERROR') throw new ApiError(event.object);
    if (event.type === 'BOOKMARK') return;
    if (event.type === 'DELETED') remove(event.object);
    else put(event.object);
  }

  function replace(items: T[]): void {
    const current = new Set(items.map(keyOfObject));
    for (const [key, object] of cache) if (!current.has(key)) remove(object);
    for (const item of items) put(item);
  }

  function put(object: T): void {
    const key = keyOfObject(object);
    const previous = cache.get(key);
    if (previous?.metadata?.resourceVersion === object.metadata?.resourceVersion && previous !== undefined)
      return;
    // An object that was deleted and made anew between two lists is two objects to the handlers.
    if (previous !== undefined && previous.metadata?.uid !== object.metadata?.uid) remove(previous);
    const replaced = cache.get(key);
    cache.set(key, object);
    call(() => (replaced === undefined ? handlers.added?.(object) : handlers.modified?.(replaced, object)));
  }

  function remove(object: T): void {
    cache.delete(keyOfObject(object));
    call(() => handlers.deleted?.(object));
  }
}

/** A mistake in a handler is no lost connection: it must be seen, so it leaves the informer as an unhandled rejection. */
class HandlerError extends Error {}

function call(handler: () => void): void {
  try {
    handler();
  } catch (cause) {
    throw new HandlerError('an informer handler threw', { cause });
  }
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

function keyOfObject(object: KubeObject): string {
  return keyOf(object.metadata?.namespace, object.metadata?.name ?? '');
}
