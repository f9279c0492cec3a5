import { openSync, writeSync } from 'node:fs';
import type { Entry } from './ledger.ts';
import { requestIds } from './requests.ts';

/** Enough lines for one write, characters. */
const flushAt = 64 * 1024;

/** Appends a line for each arrival to a file that others may append to as well; `flush` writes what is left. */
export class LedgerFile {
  readonly #file: number;
  readonly #idOf: (index: number, step: number) => string;
  #lines = '';

  constructor(path: string, seed: number) {
    this.#file = openSync(path, 'a');
    this.#idOf = requestIds(seed);
  }

  add({ index, step, dueMs, sentMs, endedMs, outcome, status }: Entry): void {
    const sent = sentMs === null ? '' : sentMs.toFixed(3);
    this.#lines += `${this.#idOf(index, step)},${dueMs.toFixed(3)},${sent},${endedMs.toFixed(3)},${outcome},${status}\n`;
    if (this.#lines.length > flushAt) this.flush();
  }

  flush(): void {
    if (this.#lines === '') return;
    writeSync(this.#file, this.#lines);
    this.#lines = '';
  }
}
