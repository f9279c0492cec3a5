import { monotonicMs } from '../../../../support/index.ts';
import { checkProbe, type Probe, type ProbeTarget } from './probe-check.ts';

export type ProbeType = 'startup' | 'readiness' | 'liveness';

/** What a prober needs besides its probe. */
export interface ProberOptions {
  type: ProbeType;
  probe: Probe;
  target: Omit<ProbeTarget, 'timeoutMs' | 'nominalTimeoutSeconds'>;
  speedup: number;
  /** Called when the verdict changes. */
  onResult: (healthy: boolean) => void;
  /** Called with each failed attempt. */
  onFailure: (output: string) => void;
  /** Monotonic time from which periods are counted. */
  ticksFromMs: number;
  /** One attempt is made before the first tick. */
  atOnce: boolean;
}

/**
 * Probes one container instance of a pod until it is stopped, each period. An attempt that takes longer than a period is
 * followed by the next at once, as a Go ticker has it. Attempts before the initial delay is over are left out.
 */
export class Prober {
  readonly #options: ProberOptions;
  readonly #periodMs: number;
  #timer: NodeJS.Timeout | undefined;
  #nextAt: number;
  #stopped = false;
  #last: boolean | undefined;
  #inARow = 0;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#periodMs = ((options.probe.periodSeconds ?? 10) * 1000) / options.speedup;
    const since = monotonicMs() - options.ticksFromMs;
    this.#nextAt = options.ticksFromMs + (Math.floor(since / this.#periodMs) + 1) * this.#periodMs;
    if (options.atOnce) void this.#attempt();
    else this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tick(), Math.max(0, this.#nextAt - monotonicMs()));
  }

  #tick(): Promise<void> {
    // Ticks missed meanwhile are one tick; the later ones come when they would have come.
    const missed = Math.floor((monotonicMs() - this.#nextAt) / this.#periodMs);
    this.#nextAt += (Math.max(0, missed) + 1) * this.#periodMs;
    return this.#attempt();
  }

  async #attempt(): Promise<void> {
    if (this.#stopped) return;
    const { probe, speedup, target } = this.#options;
    const delayMs = ((probe.initialDelaySeconds ?? 0) * 1000) / speedup;
    if (Date.now() - target.instance.startedAt >= delayMs) {
      const nominalTimeoutSeconds = probe.timeoutSeconds ?? 1;
      const timeoutMs = (nominalTimeoutSeconds * 1000) / speedup;
      const { success, output } = await checkProbe(probe, { ...target, timeoutMs, nominalTimeoutSeconds });
      if (this.#stopped) return;
      this.#count(success, output);
    }
    this.#schedule();
  }

  #count(success: boolean, output: string): void {
    const { probe, onResult, onFailure } = this.#options;
    if (!success) onFailure(output);
    this.#inARow = success === this.#last ? this.#inARow + 1 : 1;
    this.#last = success;
    const threshold = success ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
    if (this.#inARow >= threshold && !this.#stopped) onResult(success);
  }
}
