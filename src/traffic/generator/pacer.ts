import type { Schedule } from '../schedule.ts';

/** What the pacer drives. All instants are the generator's clock. */
export interface Paced {
  /** Arrival `index`, due at `dueMs`, is to be sent now. */
  arrive(index: number, dueMs: number, nowMs: number): void;
  /** Called after the arrivals of each turn, at least every 10 ms. Returns true when nothing is left to wait for. */
  turn(nowMs: number): boolean;
  /** When something that is on no schedule is due next; Infinity where nothing is. */
  nextDueMs(): number;
}

/** A turn that has sent for so long lets answers be read before it goes on, ms. */
const longTurnMs = 5;

/** Between arrivals a turn comes at least so often, for deadlines and the ends of seconds, ms. */
const longestRestMs = 10;

/**
 * Sends each arrival when it is due, whether or not earlier ones were answered: a timer of a millisecond (longer where
 * the next arrival is further away) looks which arrivals have come due since it last fired. Instants come from the
 * schedule, never from the timer, so lateness does not add up.
 */
export class Pacer {
  readonly #schedule: Schedule;
  readonly #startMs: number;
  readonly #now: () => number;
  readonly #paced: Paced;
  #timer: NodeJS.Timeout;
  #timerAtMs = 0;
  #restMs = 0;
  #over = false;
  #index = 0;
  #nextMs: number;
  #total: number;
  #again: NodeJS.Immediate | null = null;

  constructor(options: { schedule: Schedule; startMs: number; now: () => number; paced: Paced }) {
    this.#schedule = options.schedule;
    this.#startMs = options.startMs;
    this.#now = options.now;
    this.#paced = options.paced;
    this.#total = options.schedule.total;
    this.#nextMs = this.#dueMs(0);
    this.#timer = setTimeout(() => this.#turn(), 0);
  }

  /** Arrivals that came due so far. */
  get arrived(): number {
    return this.#index;
  }

  /** No further arrivals. */
  stop(): void {
    this.#total = this.#index;
    this.#nextMs = Number.POSITIVE_INFINITY;
  }

  /** Something that is on no schedule has become due earlier than was known. */
  wake(dueMs: number): void {
    if (!this.#over && dueMs < this.#timerAtMs) this.#rest(this.#now(), dueMs);
  }

  #turn(): void {
    const began = this.#now();
    let nowMs = began;
    while (this.#nextMs <= nowMs) {
      const index = this.#index++;
      const dueMs = this.#nextMs;
      this.#nextMs = this.#dueMs(index + 1);
      this.#paced.arrive(index, dueMs, nowMs);
      nowMs = this.#now();
      if (nowMs - began > longTurnMs) {
        this.#again ??= setImmediate(() => {
          this.#again = null;
          this.#turn();
        });
        break;
      }
    }
    if (this.#paced.turn(nowMs)) {
      clearTimeout(this.#timer);
      if (this.#again !== null) clearImmediate(this.#again);
      this.#over = true;
      return;
    }
    this.#rest(nowMs, Math.min(this.#nextMs, this.#paced.nextDueMs()));
  }

  #rest(nowMs: number, nextMs: number): void {
    const restMs = Math.max(1, Math.min(longestRestMs, Math.floor(nextMs - nowMs)));
    this.#timerAtMs = nowMs + restMs;
    // Nearly every rest is as long as the one before: a thousand timers a second need not be made.
    if (restMs === this.#restMs) this.#timer.refresh();
    else {
      clearTimeout(this.#timer);
      this.#restMs = restMs;
      this.#timer = setTimeout(() => this.#turn(), restMs);
    }
  }

  #dueMs(index: number): number {
    return index < this.#total ? this.#startMs + this.#schedule.dueMs(index) : Number.POSITIVE_INFINITY;
  }
}
