import type { KubeObject, ObjectMeta } from '../../objects.ts';
import { History } from './history.ts';
import { deepFreeze } from './json.ts';

/** An object as the store keeps it: named, versioned, and frozen all the way down. */
export interface Stored extends KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** One change. `object` is the state after it; of a deletion the last state, with the deletion's own version. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly object: Stored;
  /** The state before; `undefined` for an addition. */
  readonly previous: Stored | undefined;
}

export interface StoreOptions {
  /** How many changes of each kind stay known to watches that start in the past, at least. */
  historyLength?: number;
  /** Kinds (`group/plural`) whose changes nobody may watch; they leave no history. */
  unwatched?: readonly string[];
}

/** The name of a kind's table. */
export function tableName(type: { group: string; plural: string }): string {
  return `${type.group}/${type.plural}`;
}

/**
 * Where versions begin. As in a real cluster, which has made hundreds of changes before anybody looks, small numbers are
 * versions that have expired.
 */
const firstRevision = 100;

interface Table {
  byNamespace: Map<string, Map<string, Stored>>;
  history: History | undefined;
  /** Replaced, never changed, so that a sink may end its own watch or start another. */
  watchers: readonly ((event: StoreEvent) => void)[];
}

/**
 * All objects of the cluster, in memory, with one counter of revisions for all kinds. Every call is synchronous, so that
 * "read, decide, write" without an `await` in between is atomic.
 */
export class Store {
  readonly #tables = new Map<string, Table>();
  readonly #historyLength: number;
  readonly #unwatched: readonly string[];
  #revision = firstRevision;

  constructor({ historyLength = 1000, unwatched = [] }: StoreOptions = {}) {
    this.#historyLength = historyLength;
    this.#unwatched = unwatched;
  }

  /** Revision of the latest change. */
  get revision(): number {
    return this.#revision;
  }

  read(table: string, namespace: string, name: string): Stored | undefined {
    return this.#table(table).byNamespace.get(namespace)?.get(name);
  }

  /** Ordered by namespace, then name; cluster-wide objects have the namespace `''`. */
  list(table: string, namespace?: string): Stored[] {
    const { byNamespace } = this.#table(table);
    const namespaces = namespace === undefined ? [...byNamespace.keys()].sort() : [namespace];
    return namespaces.flatMap((namespace) =>
      [...(byNamespace.get(namespace)?.values() ?? [])].sort((a, b) =>
        nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0,
      ),
    );
  }

  /** Whether a table holds anything in a namespace, without building the list. */
  isEmpty(table: string, namespace: string): boolean {
    return (this.#table(table).byNamespace.get(namespace)?.size ?? 0) === 0;
  }

  /** Adds or replaces. Takes the object over: it is given a version and frozen. */
  write(table: string, object: Stored): Stored {
    const { byNamespace } = this.#table(table);
    const namespace = object.metadata.namespace ?? '';
    const stored = this.#versioned(object);
    let inNamespace = byNamespace.get(namespace);
    if (inNamespace === undefined) byNamespace.set(namespace, (inNamespace = new Map<string, Stored>()));
    const previous = inNamespace.get(nameOf(object));
    inNamespace.set(nameOf(object), stored);
    this.#publish(table, { type: previous ? 'MODIFIED' : 'ADDED', object: stored, previous });
    return stored;
  }

  /** Removes `object`, which must be what {@link read} gives, or a later state to be shown as its last one. */
  remove(table: string, object: Stored): Stored {
    const inNamespace = this.#table(table).byNamespace.get(object.metadata.namespace ?? '');
    const previous = inNamespace?.get(nameOf(object));
    inNamespace?.delete(nameOf(object));
    const last = this.#versioned(object);
    this.#publish(table, { type: 'DELETED', object: last, previous });
    return last;
  }

  /**
   * Calls `sink` with every change after `revision`, at once for those that are past and synchronously with each write
   * from then on. `undefined`: only changes from now on.
   *
   * @returns a function that ends it, or `'expired'` when changes after `revision` are no longer known.
   */
  watch(
    table: string,
    revision: number | undefined,
    sink: (event: StoreEvent) => void,
  ): (() => void) | 'expired' {
    const watched = this.#table(table);
    const past = revision === undefined ? [] : watched.history?.since(revision);
    if (past === undefined) return 'expired';
    for (const event of past) sink(event);
    watched.watchers = [...watched.watchers, sink];
    return () => {
      watched.watchers = watched.watchers.filter((other) => other !== sink);
    };
  }

  #table(name: string): Table {
    let table = this.#tables.get(name);
    if (table === undefined) {
      const history = this.#unwatched.includes(name)
        ? undefined
        : new History(this.#historyLength, firstRevision);
      this.#tables.set(name, (table = { byNamespace: new Map(), history, watchers: [] }));
    }
    return table;
  }

  #versioned(object: Stored): Stored {
    this.#revision += 1;
    const { apiVersion, kind, metadata, ...rest } = object;
    return deepFreeze({
      apiVersion,
      kind,
      metadata: { ...metadata, resourceVersion: String(this.#revision) },
      ...rest,
    });
  }

  #publish(name: string, change: Omit<StoreEvent, 'revision'>): void {
    const { history, watchers } = this.#table(name);
    const event: StoreEvent = { ...change, revision: this.#revision };
    history?.add(event);
    for (const sink of watchers) sink(event);
  }
}

function nameOf(object: Stored): string {
  return object.metadata.name ?? '';
}
