/** How well the generator's thread kept up since the last look. */
export interface SelfSeen {
  /** How late the thread's timers fired, p99, ms. */
  eventLoopDelayP99Ms: number;
  /** CPU time of the thread as a share of one core. */
  cpu: number;
}

/** Of the timers that fired within so long the worst counts, so that a busy stretch has no more say than an idle one, ms. */
const sampleMs = 10;

/** Watches the thread it is made on: its CPU time, and the timers it is told of. A timer of its own would wake the thread. */
export class SelfWatch {
  readonly #delaysMs: number[] = [];
  #worstMs = 0;
  #sampledAtMs: number;
  #cpu = process.threadCpuUsage();
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
    this.#sampledAtMs = nowMs;
  }

  /** A timer that was due at `dueMs` has fired. */
  timerFired(dueMs: number, nowMs: number): void {
    this.#worstMs = Math.max(this.#worstMs, nowMs - dueMs);
    if (nowMs - this.#sampledAtMs < sampleMs) return;
    this.#delaysMs.push(this.#worstMs);
    this.#worstMs = 0;
    this.#sampledAtMs = nowMs;
  }

  /** What was seen since the last call. */
  look(nowMs: number): SelfSeen {
    const used = process.threadCpuUsage(this.#cpu);
    const elapsedMs = nowMs - this.#atMs;
    const delaysMs = this.#delaysMs.sort((a, b) => a - b);
    const eventLoopDelayP99Ms = delaysMs[Math.ceil(0.99 * delaysMs.length) - 1] ?? 0;
    this.#cpu = process.threadCpuUsage();
    this.#atMs = nowMs;
    this.#delaysMs.length = 0;
    return { eventLoopDelayP99Ms, cpu: elapsedMs > 0 ? (used.user + used.system) / 1000 / elapsedMs : 0 };
  }
}
