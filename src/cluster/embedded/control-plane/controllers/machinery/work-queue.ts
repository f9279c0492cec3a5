import type { Clock } from '../../../../../support/index.ts';

/** What a queue works with. */
export interface WorkQueueOptions {
  clock: Clock;
  /** Called for one key at a time; a rejection brings the key back later, each time twice as late. */
  work: (key: string) => Promise<void>;
  /** Hears of each rejection, before the retry. */
  onError: (key: string, error: unknown) => void;
  /** How many different keys are worked on at once. */
  concurrency: number;
  /** Ends the queue; what is waiting is dropped. */
  signal: AbortSignal;
}

const firstRetryMs = 5;
const lastRetryMs = 10_000;

/**
 * Keys to be worked on. A key that is added again while it waits is worked on once, one that is added while it is being
 * worked on once more afterwards. Nothing happens before {@link WorkQueue.open}.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #working = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { dueMs: number; cancel: AbortController }>();
  readonly #failures = new Map<string, number>();
  #isOpen = false;
  #isPumping = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#drop(), { once: true });
  }

  /** Starts working. */
  open(): void {
    this.#isOpen = true;
    this.#pumpSoon();
  }

  add(key: string): void {
    if (this.#options.signal.aborted) return;
    if (this.#working.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#pumpSoon();
  }

  /** Adds the key after `ms`, or earlier where it is already due earlier. */
  addAfter(key: string, ms: number): void {
    const { clock, signal } = this.#options;
    if (signal.aborted) return;
    if (ms <= 0) return this.add(key);
    const dueMs = clock.now() + ms;
    const earlier = this.#delayed.get(key);
    if (earlier !== undefined && earlier.dueMs <= dueMs) return;
    earlier?.cancel.abort();
    const cancel = new AbortController();
    this.#delayed.set(key, { dueMs, cancel });
    clock.sleep(ms, cancel.signal).then(
      () => {
        this.#delayed.delete(key);
        this.add(key);
      },
      () => undefined,
    );
  }

  /** Resolves when nothing is being worked on any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#working.values());
  }

  #drop(): void {
    this.#waiting.clear();
    this.#again.clear();
    for (const { cancel } of this.#delayed.values()) cancel.abort();
    this.#delayed.clear();
  }

  /** A turn of the event loop later, so that a burst of changes becomes one piece of work. */
  #pumpSoon(): void {
    if (this.#isPumping || !this.#isOpen) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    for (const key of this.#waiting) {
      if (this.#working.size >= this.#options.concurrency) return;
      this.#waiting.delete(key);
      this.#working.set(key, this.#run(key));
    }
  }

  async #run(key: string): Promise<void> {
    try {
      await this.#options.work(key);
      this.#failures.delete(key);
    } catch (error) {
      if (!this.#options.signal.aborted) {
        const failures = this.#failures.get(key) ?? 0;
        this.#failures.set(key, failures + 1);
        this.#options.onError(key, error);
        this.addAfter(key, Math.min(firstRetryMs * 2 ** failures, lastRetryMs));
      }
    } finally {
      this.#working.delete(key);
      if (this.#again.delete(key)) this.#waiting.add(key);
      this.#pumpSoon();
    }
  }
}
