/** A list of whole numbers that grows by doubling and is handed over without being copied twice. */
export class Samples {
  #data: Uint32Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity: number) {
    this.#data = new Uint32Array(Math.max(16, capacity));
  }

  /** Adds a number; negative ones count as 0, larger than 2³² − 1 as that. */
  push(value: number): void {
    if (this.#length === this.#data.length) {
      const larger = new Uint32Array(this.#data.length * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.#length++] = value <= 0 ? 0 : value >= 0xffffffff ? 0xffffffff : value;
  }

  /** The numbers so far, in an array of their exact length. */
  take(): Uint32Array<ArrayBuffer> {
    return this.#data.slice(0, this.#length);
  }
}
