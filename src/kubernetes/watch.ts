import { OpenbellError, systemClock, type Clock } from '../support/index.ts';
import { resourcePath, type Kind } from './kinds.ts';
import type { KubeObject, Status } from './objects.ts';
import type { Transport } from './transport.ts';

/** What is watched and who is told. */
export interface WatchOptions<T extends KubeObject> {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Ends the watch. */
  signal: AbortSignal;
  /** Each change, in the server's order; the objects of the first listing come as `added`. */
  onChange?: (change: Change, object: T) => void;
  /**
   * The watch was interrupted and works again. `missed` tells whether changes may have gone by unseen (the server
   * could not resume); otherwise they arrived, late.
   */
  onGap?: (gap: WatchGap) => void;
  /** For tests. */
  clock?: Clock;
}

/** How an object changed since it was last shown. */
export type Change = 'added' | 'modified' | 'deleted';

/** Instants are `clock.now()`, ms. */
export interface WatchGap {
  what: string;
  from: number;
  to: number;
  missed: boolean;
}

/** A watch that runs: the objects as last seen, kept current. */
export interface Watching<T extends KubeObject> {
  /** Resolves when the first listing was received; rejects when it was refused or the signal aborted first. */
  readonly synced: Promise<void>;
  /** Resolves when the watch has ended after its signal aborted; never rejects. */
  readonly done: Promise<void>;
  /** The objects as last seen, oldest first by arrival. */
  objects(): T[];
  /** Calls `listener` after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

interface WatchLine {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject;
}

const firstPauseMs = 20;
const longestPauseMs = 1_000;
/** Servers are asked to close a watch after this long, so that a dead connection is noticed. */
const watchTimeoutSeconds = 290;

/**
 * Lists a collection and follows its changes: resumes from the last resourceVersion when the connection ends, lists
 * anew when the server answers 410, tries again with growing pauses while the server is away.
 */
export function watchCollection<T extends KubeObject>(
  transport: Transport,
  kind: Kind<T>,
  { namespace, labelSelector, fieldSelector, signal, onChange, onGap, clock = systemClock }: WatchOptions<T>,
): Watching<T> {
  const path = resourcePath(kind, namespace);
  const selectors = { labelSelector, fieldSelector };
  const known = new Map<string, T>();
  const listeners = new Set<() => void>();
  const { promise: synced, resolve: nowSynced, reject: notSynced } = Promise.withResolvers<void>();
  synced.catch(() => {});
  let hasSynced = false;
  let version: string | null = null;
  let interruptedAt: number | null = null;
  let missed = false;

  function tell(change: Change, object: T): void {
    if (change === 'deleted') known.delete(identity(object));
    else known.set(identity(object), object);
    onChange?.(change, object);
    for (const listener of listeners) listener();
  }

  function works(): void {
    if (interruptedAt === null) return;
    onGap?.({ what: kind.plural, from: interruptedAt, to: clock.now(), missed });
    interruptedAt = null;
    missed = false;
  }

  /** Tells the differences between what was known and what is there now. */
  async function relist(): Promise<string> {
    const list = await transport.json<{ metadata?: { resourceVersion?: string }; items: T[] }>({
      method: 'GET',
      path,
      query: selectors,
      signal,
    });
    const current = new Set(list.items.map(identity));
    for (const [id, object] of known) if (!current.has(id)) tell('deleted', object);
    for (const item of list.items) {
      const before = known.get(identity(item));
      if (before === undefined) tell('added', item);
      else if (before.metadata?.resourceVersion !== item.metadata?.resourceVersion) tell('modified', item);
    }
    return list.metadata?.resourceVersion ?? '';
  }

  /** Follows changes after `version`, moving it on, until the stream ends; null when it must be listed anew. */
  async function follow(): Promise<void> {
    const query = {
      ...selectors,
      watch: 1,
      allowWatchBookmarks: true,
      resourceVersion: version ?? '',
      timeoutSeconds: watchTimeoutSeconds,
    };
    const body = await transport.stream({ method: 'GET', path, query, signal });
    works();
    for await (const { type, object } of lines(body)) {
      if (type === 'ERROR') {
        const status = object as Status;
        if (status.code === 410) return expired();
        throw new OpenbellError(`the watch of ${kind.plural} ended: ${status.message}`, { code: 'WATCH' });
      }
      version = object.metadata?.resourceVersion ?? version;
      if (type !== 'BOOKMARK') tell(changes[type], object as T);
    }
  }

  function interrupted(): void {
    if (hasSynced) interruptedAt ??= clock.now();
  }

  function expired(): void {
    interrupted();
    version = null;
    missed = true;
  }

  async function run(): Promise<void> {
    let pauseMs = firstPauseMs;
    while (!signal.aborted) {
      const startedAt = clock.now();
      try {
        if (version === null) {
          version = await relist();
          hasSynced = true;
          nowSynced();
        }
        await follow();
      } catch (error) {
        if (signal.aborted) break;
        if (!hasSynced && isFinal(error)) notSynced(error);
        if (error instanceof OpenbellError && error.code === 'KUBERNETES_EXPIRED') expired();
        else interrupted();
      }
      // A connection that lasted is renewed at once; one that keeps breaking is given time.
      if (clock.now() - startedAt > longestPauseMs) pauseMs = firstPauseMs;
      await clock.sleep(pauseMs, signal).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
    notSynced(signal.reason);
  }

  return {
    synced,
    done: run(),
    objects: () => [...known.values()],
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const changes = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

function identity(object: KubeObject): string {
  const { uid, namespace, name } = object.metadata ?? {};
  return uid ?? `${namespace}/${name}`;
}

/** A refusal that trying again will not change. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof OpenbellError &&
    ['KUBERNETES_UNAUTHORIZED', 'KUBERNETES_FORBIDDEN', 'KUBERNETES_NOT_FOUND'].includes(error.code)
  );
}

/** One JSON document per line; a line cut off by the end of the stream is dropped (the server sends it again). */
async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<WatchLine> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    let end: number;
    while ((end = rest.indexOf('\n')) !== -1) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      if (line.trim() !== '') yield JSON.parse(line) as WatchLine;
    }
  }
}
