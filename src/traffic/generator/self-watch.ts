import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How well the generator's thread kept up since the last look. */
export interface SelfSeen {
  /** How late the thread's timers fired, p99, ms. */
  eventLoopDelayP99Ms: number;
  /** CPU time of the thread as a share of one core. */
  cpu: number;
}

/** Watches the thread it is made on. */
export class SelfWatch {
  /** The monitor's samples contain the interval it sleeps between two of them. */
  static readonly #resolutionMs = 10;
  readonly #delay = monitorEventLoopDelay({ resolution: SelfWatch.#resolutionMs });
  #cpu = process.threadCpuUsage();
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
    this.#delay.enable();
  }

  /** What was seen since the last call. */
  look(nowMs: number): SelfSeen {
    const used = process.threadCpuUsage(this.#cpu);
    const elapsedMs = nowMs - this.#atMs;
    const delayMs = this.#delay.count === 0 ? 0 : this.#delay.percentile(99) / 1e6 - SelfWatch.#resolutionMs;
    this.#cpu = process.threadCpuUsage();
    this.#atMs = nowMs;
    this.#delay.reset();
    return {
      eventLoopDelayP99Ms: Math.max(0, delayMs),
      cpu: elapsedMs > 0 ? (used.user + used.system) / 1000 / elapsedMs : 0,
    };
  }

  stop(): void {
    this.#delay.disable();
  }
}
