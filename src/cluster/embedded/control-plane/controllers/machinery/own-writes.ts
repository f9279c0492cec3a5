import type { Clock } from '../../../../../support/index.ts';
import type { KubeObject } from '../../../objects.ts';
import type { Followed } from './controller.ts';

/** After this long a change that never showed is forgotten, as Kubernetes' expectations are. */
const forgottenAfterMs = 300_000;

interface Pending {
  revision: number;
  /** uid by `namespace/name` of objects that were deleted. */
  deletions: { namespace: string | undefined; name: string; uid: string | undefined }[];
  sinceMs: number;
}

/**
 * A controller's own changes that its cache does not show yet. As long as there are any, the cache must not be counted,
 * or the same pod would be made (or deleted) twice. The change that is waited for comes as an event of the cache,
 * whose handler adds the key to the queue again.
 */
export class OwnWrites<T extends KubeObject> {
  readonly #cache: Followed<T>;
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();

  constructor(cache: Followed<T>, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
  }

  /** The controller has created or changed this object while working on `key`. */
  wrote(key: string, { metadata }: T): void {
    const pending = this.#of(key);
    pending.revision = Math.max(pending.revision, Number(metadata?.resourceVersion ?? 0));
  }

  /** The controller has deleted this object while working on `key`. */
  deleted(key: string, { metadata }: T): void {
    const { namespace, name = '', uid } = metadata ?? {};
    this.#of(key).deletions.push({ namespace, name, uid });
  }

  /** A deletion that was announced did not happen. */
  failed(key: string, { metadata }: T): void {
    const pending = this.#of(key);
    pending.deletions = pending.deletions.filter(({ uid }) => uid !== metadata?.uid);
  }

  /** Whether the cache shows everything that was done while working on `key`. */
  areSeen(key: string): boolean {
    const pending = this.#pending.get(key);
    if (pending === undefined) return true;
    const isGone = ({ namespace, name, uid }: Pending['deletions'][number]): boolean => {
      const metadata = this.#cache.get(namespace, name)?.metadata;
      return metadata?.uid !== uid || metadata?.deletionTimestamp !== undefined;
    };
    const seen = this.#cache.revision() >= pending.revision && pending.deletions.every(isGone);
    const forgotten = this.#clock.now() - pending.sinceMs > forgottenAfterMs;
    if (seen || forgotten) this.#pending.delete(key);
    return seen || forgotten;
  }

  #of(key: string): Pending {
    let pending = this.#pending.get(key);
    if (pending === undefined) {
      pending = { revision: 0, deletions: [], sinceMs: this.#clock.now() };
      this.#pending.set(key, pending);
    }
    return pending;
  }
}
