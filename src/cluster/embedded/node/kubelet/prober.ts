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
  /** How long to wait before the first attempt; one is made at once when it is 0. */
  firstAfterMs: number;
}

/**
 * Probes one container instance of a pod until it is stopped, each period. An attempt that takes longer than a period is
 * followed by the next at once, as a Go ticker has it. Attempts before the initial delay is over are left out.
 */
export class Prober {
  readonly #options: ProberOptions;
  readonly #periodMs: number;
  readonly #containerStartedAt = monotonicMs();
  #timer: NodeJS.Timeout | undefined;
  #nextAt: number;
  #stopped = false;
  #busy = false;
  #last: boolean | undefined;
  #inARow = 0;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#periodMs = ((options.probe.periodSeconds ?? 10) * 1000) / options.speedup;
    this.#nextAt = monotonicMs() + options.firstAfterMs;
    if (options.firstAfterMs === 0) void this.#attempt();
    else this.#schedule();
  }

  /** Probes at once and counts periods from now, if no attempt is under way. */
  probeNow(): void {
    if (this.#busy || this.#stopped) return;
    this.#nextAt = monotonicMs();
    void this.#attempt();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#attempt(), Math.max(0, this.#nextAt - monotonicMs()));
  }

  async #attempt(): Promise<void> {
    if (this.#stopped) return;
    this.#busy = true;
    const { probe, speedup, target } = this.#options;
    const delayMs = ((probe.initialDelaySeconds ?? 0) * 1000) / speedup;
    if (monotonicMs() - this.#containerStartedAt >= delayMs) {
      const nominalTimeoutSeconds = probe.timeoutSeconds ?? 1;
      const timeoutMs = (nominalTimeoutSeconds * 1000) / speedup;
      const { success, output } = await checkProbe(probe, { ...target, timeoutMs, nominalTimeoutSeconds });
      if (this.#stopped) return;
      this.#count(success, output);
    }
    this.#busy = false;
    // Ticks missed meanwhile are one tick.
    const now = monotonicMs();
    this.#nextAt += this.#periodMs;
    if (this.#nextAt < now - this.#periodMs) this.#nextAt = now;
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
