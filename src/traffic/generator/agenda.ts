/** Things to be done at instants, the earliest first: a binary heap. */
export class Agenda<T> {
  readonly #entries: { dueMs: number; what: T }[] = [];

  /** When the earliest is due; Infinity where nothing is. */
  get nextDueMs(): number {
    return this.#entries[0]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  add(dueMs: number, what: T): void {
    const entries = this.#entries;
    let at = entries.push({ dueMs, what }) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((entries[above]?.dueMs ?? 0) <= dueMs) break;
      this.#swap(at, above);
      at = above;
    }
  }

  /** Takes out the earliest if it is due by then; null otherwise. */
  takeDue(nowMs: number): { dueMs: number; what: T } | null {
    const entries = this.#entries;
    const first = entries[0];
    if (first === undefined || first.dueMs > nowMs) return null;
    const last = entries.pop();
    if (last !== undefined && entries.length > 0) {
      entries[0] = last;
      this.#sink();
    }
    return first;
  }

  clear(): void {
    this.#entries.length = 0;
  }

  #sink(): void {
    const entries = this.#entries;
    const due = (index: number): number => entries[index]?.dueMs ?? Number.POSITIVE_INFINITY;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const least = due(left + 1) < due(left) ? left + 1 : left;
      if (due(least) >= due(at)) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #swap(a: number, b: number): void {
    const entries = this.#entries;
    const kept = entries[a];
    const other = entries[b];
    if (kept === undefined || other === undefined) return;
    entries[a] = other;
    entries[b] = kept;
  }
}
