import type { StoreEvent } from './store.ts';

/**
 * The latest changes of one kind, oldest first, at most `capacity` of them. Watches that start in the past are served from
 * here; what has fallen out has expired.
 */
export class History {
  readonly #capacity: number;
  #events: StoreEvent[] = [];
  /** Revision of the newest event that was dropped. */
  #dropped: number;

  /** Versions before `first` count as dropped. */
  constructor(capacity: number, first = 0) {
    this.#capacity = capacity;
    this.#dropped = first;
  }

  add(event: StoreEvent): void {
    this.#events.push(event);
    // Dropping half at once keeps the cost per event constant.
    if (this.#events.length > this.#capacity * 2) {
      const kept = this.#events.slice(-this.#capacity);
      this.#dropped = this.#events[this.#events.length - kept.length - 1]?.revision ?? this.#dropped;
      this.#events = kept;
    }
  }

  /** The changes after `revision`, or `undefined` when some of them are no longer known. */
  since(revision: number): StoreEvent[] | undefined {
    if (revision < this.#dropped) return undefined;
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle] as StoreEvent).revision > revision) high = middle;
      else low = middle + 1;
    }
    return this.#events.slice(low);
  }
}
