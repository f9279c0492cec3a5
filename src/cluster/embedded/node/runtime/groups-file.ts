import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The list of process groups that a power cut has to take along: one id per line, on disk as soon as a group exists and
 * until it is empty.
 */
export class GroupsFile {
  readonly #path: string;
  readonly #groups = new Set<number>();

  /** Starts with an empty list: what an earlier life of this node left was killed with it. */
  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
  }

  /** On disk when this returns. */
  add(group: number): void {
    this.#groups.add(group);
    appendFileSync(this.#path, `${group}\n`);
  }

  remove(group: number): void {
    if (!this.#groups.delete(group)) return;
    // Replaced in one step, so that a reader sees the old list or the new one.
    const next = `${this.#path}.next`;
    writeFileSync(next, [...this.#groups].map((id) => `${id}\n`).join(''));
    renameSync(next, this.#path);
  }
}
