import type { PodSecond } from '../journal/index.ts';

/** What one pod did in one second; its node is known from watches. */
export type PodCounts = Omit<PodSecond, 'node'>;

/** Columns of whole numbers: ok, httpError, connections, reused. */
const countColumns = 4;
/** Columns of instants: firstT, lastT. */
const timeColumns = 2;

/** Pods' names and the number that stands for each; one for all seconds of a run. */
export class NameIndex {
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** The name's number, a new one if need be. */
  add(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.names.length);
    return this.names.push(name) - 1;
  }

  find(name: string): number | undefined {
    return this.#numbers.get(name);
  }
}

/**
 * What each pod did in one second, in columns of numbers: an hour of a hundred pods takes a tenth of the memory that an object for
 * each would. Keeps the journal's order.
 */
export class PodTable implements Iterable<[name: string, counts: PodCounts]> {
  readonly #index: NameIndex;
  readonly #numbers: Uint32Array;
  /** Of 32 bits where all fit, as they do but for a damaged journal; of doubles, with NaN for an unknown, where not. */
  readonly #counts: Uint32Array | Float64Array;
  readonly #times: Float64Array;

  constructor(pods: Readonly<Record<string, PodCounts>>, index = new NameIndex()) {
    const names = Object.keys(pods);
    this.#index = index;
    this.#numbers = new Uint32Array(names.length);
    this.#times = new Float64Array(names.length * timeColumns);
    const counts = new Float64Array(names.length * countColumns);
    for (let row = 0; row < names.length; row += 1) {
      const name = names[row] ?? '';
      const pod = pods[name];
      if (pod === undefined) continue;
      this.#numbers[row] = index.add(name);
      this.#times[row * timeColumns] = pod.firstT;
      this.#times[row * timeColumns + 1] = pod.lastT;
      const at = row * countColumns;
      counts[at] = pod.ok;
      counts[at + 1] = pod.httpError;
      counts[at + 2] = pod.connections;
      counts[at + 3] = pod.reused ?? NaN;
    }
    const small = new Uint32Array(counts);
    this.#counts = small.every((count, at) => count === counts[at]) ? small : counts;
  }

  /** How many pods are in it. */
  get size(): number {
    return this.#numbers.length;
  }

  /** The pod's own; undefined where it did nothing. */
  get(name: string): PodCounts | undefined {
    const number = this.#index.find(name);
    const row = number === undefined ? -1 : this.#numbers.indexOf(number);
    return row === -1 ? undefined : this.#row(row);
  }

  /** The pods' names, in order. */
  names(): string[] {
    return Array.from(this.#numbers, (number) => this.#index.names[number] ?? '');
  }

  /** What each pod answered, well or not, and the connections it had: for loops over all seconds of long runs. */
  forEach(visit: (name: string, served: number, connections: number) => void): void {
    const { names } = this.#index;
    for (let row = 0; row < this.#numbers.length; row += 1) {
      const [at, name] = [row * countColumns, names[this.#numbers[row] ?? 0] ?? ''];
      const served = (this.#counts[at] ?? 0) + (this.#counts[at + 1] ?? 0);
      visit(name, served, this.#counts[at + 2] ?? 0);
    }
  }

  *[Symbol.iterator](): Generator<[string, PodCounts]> {
    for (const [row, name] of this.names().entries()) yield [name, this.#row(row)];
  }

  #row(row: number): PodCounts {
    const at = row * countColumns;
    const counts: PodCounts = {
      ok: this.#counts[at] ?? 0,
      httpError: this.#counts[at + 1] ?? 0,
      connections: this.#counts[at + 2] ?? 0,
      firstT: this.#times[row * timeColumns] ?? 0,
      lastT: this.#times[row * timeColumns + 1] ?? 0,
    };
    const reused = this.#counts[at + 3] ?? NaN;
    if (!Number.isNaN(reused)) counts.reused = reused;
    return counts;
  }
}
