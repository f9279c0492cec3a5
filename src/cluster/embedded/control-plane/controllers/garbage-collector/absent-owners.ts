import type { Identity } from './graph.ts';

/** As many as Kubernetes' garbage collector remembers. */
const remembered = 500;

/**
 * Owners that were found not to exist. A UID never comes back, so the dependents of a large owner need not ask again one
 * by one. The oldest are forgotten.
 */
export class AbsentOwners {
  readonly #keys = new Set<string>();

  add(owner: Identity): void {
    const key = keyOf(owner);
    this.#keys.delete(key);
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size > remembered && oldest !== undefined) this.#keys.delete(oldest);
  }

  has(owner: Identity): boolean {
    return this.#keys.has(keyOf(owner));
  }
}

/** All of it: the same UID under another name or in another namespace may well exist. */
function keyOf({ uid, apiVersion, kind, namespace, name }: Identity): string {
  return [uid, apiVersion, kind, namespace, name].join('\n');
}
