import type { Schedule } from '../schedule.ts';

/** What the pacer drives. All instants are the generator's clock. */
export interface Paced {
  /** Arrival `index`, due at `dueMs`, is to be sent now. */
  arrive(index: number, dueMs: number, nowMs: number): void;
  /** Called after the arrivals of each turn, at least every 10 ms. Returns true when nothing is left to wait for. */
  turn(nowMs: number): boolean;
  /** When something that is on no schedule is due next; Infinity where nothing is. */
  nextDueMs(): number;
  /** Told how late timers fire. */
  timerFired?(dueMs: number, nowMs: number): void;
}

/**
 * A turn that has sent for so long lets answers be read before it goes on, ms: they free connections, and to open one takes
 * several times as long as to use one again.
 */
const longTurnMs = 1;

/** Between arrivals a turn comes at least so often, for deadlines and the ends of seconds, ms. */
const longestRestMs = 10;

/** A timer of n ms fires so much later than asked for at the least; an arrival due within that needs no further one, ms. */
const timerDelayMs = 0.05;

/**
 * Sends each arrival when it is due, whether or not earlier ones were answered: a timer to the next arrival's instant, of
 * whole milliseconds as timers are, looks which arrivals have come due since it last fired. Instants come from the schedule,
 * never from the timer, so lateness does not add up. To wake up costs more than to send, so the timer never fires just to
 * find that it is too early.
 */
export class Pacer {
  readonly #schedule: Schedule;
  readonly #startMs: number;
  readonly #now: () => number;
  readonly #paced: Paced;
  /** One timer for each rest, of 1 ms and more, used again and again; usually one of them is running. */
  readonly #timers: NodeJS.Timeout[] = [];
  /** When the next timer fires, or earlier. */
  #timerAtMs = 0;
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
    this.#again = setImmediate(this.#immediate);
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

  readonly #fired = (): void => {
    const nowMs = this.#now();
    this.#paced.timerFired?.(this.#timerAtMs, nowMs);
    this.#turn(nowMs);
  };

  readonly #immediate = (): void => {
    this.#again = null;
    this.#turn(this.#now());
  };

  #turn(began: number): void {
    let nowMs = began;
    while (this.#nextMs <= nowMs) {
      const index = this.#index++;
      const dueMs = this.#nextMs;
      this.#nextMs = this.#dueMs(index + 1);
      this.#paced.arrive(index, dueMs, nowMs);
      nowMs = this.#now();
      if (nowMs - began > longTurnMs) {
        this.#again ??= setImmediate(this.#immediate);
        break;
      }
    }
    if (this.#paced.turn(nowMs)) this.#end();
    else this.#rest(nowMs, Math.min(this.#nextMs, this.#paced.nextDueMs()));
  }

  #rest(nowMs: number, nextMs: number): void {
    const restMs = Math.max(1, Math.min(longestRestMs, Math.ceil(nextMs - nowMs - timerDelayMs)));
    this.#timerAtMs = nowMs + restMs;
    const timer = this.#timers[restMs];
    if (timer === undefined) this.#timers[restMs] = setTimeout(this.#fired, restMs);
    else timer.refresh();
  }

  #end(): void {
    this.#over = true;
    for (const timer of this.#timers) clearTimeout(timer);
    if (this.#again !== null) clearImmediate(this.#again);
  }

  #dueMs(index: number): number {
    return index < this.#total ? this.#startMs + this.#schedule.dueMs(index) : Number.POSITIVE_INFINITY;
  }
}
