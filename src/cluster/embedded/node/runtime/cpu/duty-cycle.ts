import { existsSync } from 'node:fs';
import { signalGroup } from '../groups.ts';
import { periodMs, type CpuControl, type Usage } from './control.ts';
import { GroupUsage } from './processes.ts';
import { groupUsageFromPs } from './ps.ts';

/** How often usage is read: from /proc each period, with `ps` (a process each time) less often. */
const measureEveryMs = { proc: periodMs, ps: 1_000 } as const;
/** How old the list of a container's processes may be while it is being throttled. */
const membersMs = 1_000;

/**
 * Limits without cgroups: a container that used up its share of a 100 ms period is stopped (SIGSTOP) until its next period
 * begins (SIGCONT), driven by measured usage. `enforce: false` only measures.
 */
export function dutyCycle({ enforce }: { enforce: boolean }): CpuControl {
  const source = existsSync('/proc/self/stat') ? 'proc' : 'ps';
  const measured = source === 'proc' ? 'usage from /proc' : 'usage from ps';
  return {
    kind: enforce ? 'duty-cycle' : 'off',
    description: enforce
      ? `CPU limits by SIGSTOP and SIGCONT in periods of ${periodMs} ms, ${measured}`
      : `CPU limits are not enforced, ${measured}`,
    attach({ pid, share: { limitMilli } }) {
      const proc = new GroupUsage(pid);
      const read: ReadUsage = (refreshMs) =>
        source === 'proc' ? Promise.resolve(proc.read(refreshMs)) : groupUsageFromPs(pid);
      const throttle =
        enforce && limitMilli !== null
          ? new Throttle({ group: pid, limit: limitMilli / 1000, everyMs: measureEveryMs[source], read })
          : undefined;
      return {
        usage: () => read(0),
        killStrays: () => void signalGroup(pid, 'SIGKILL'),
        release: () => throttle?.end(),
      };
    },
    close() {
      // Nothing of it outlives the containers.
    },
  };
}

type ReadUsage = (refreshMs: number) => Promise<Usage | undefined>;

/** Stops and continues one container until it is ended. */
class Throttle {
  readonly #group: number;
  readonly #everyMs: number;
  readonly #read: ReadUsage;
  readonly #controller: DutyController;
  readonly #periods: NodeJS.Timeout;
  #stopTimer: NodeJS.Timeout | undefined;
  #ended = false;
  #measuredAt = performance.now();
  #usedNanos = 0;
  /** Time that it ran since the last measurement, up to `#runningSince`. */
  #ranMs = 0;
  /** Undefined while it is stopped. */
  #runningSince: number | undefined = performance.now();

  constructor(options: { group: number; limit: number; everyMs: number; read: ReadUsage }) {
    this.#group = options.group;
    this.#everyMs = options.everyMs;
    this.#read = options.read;
    this.#controller = new DutyController(options.limit);
    this.#periods = setInterval(() => void this.#onPeriod(), periodMs);
  }

  end(): void {
    this.#ended = true;
    clearInterval(this.#periods);
    clearTimeout(this.#stopTimer);
    signalGroup(this.#group, 'SIGCONT');
  }

  async #onPeriod(): Promise<void> {
    // Timers come a little early or late; half a period of tolerance keeps the rhythm.
    if (performance.now() - this.#measuredAt > this.#everyMs - periodMs / 2) await this.#measure();
    if (this.#ended) return;
    clearTimeout(this.#stopTimer);
    const runMs = this.#controller.runMs();
    if (runMs === 0) return this.#stop();
    this.#continue();
    if (runMs < periodMs) this.#stopTimer = setTimeout(() => this.#stop(), runMs);
  }

  async #measure(): Promise<void> {
    const now = performance.now();
    const usage = await this.#read(membersMs);
    if (usage === undefined) return;
    const ranMs = this.#ranMs + (this.#runningSince === undefined ? 0 : now - this.#runningSince);
    this.#controller.measured({
      usedMs: (usage.cpuNanos - this.#usedNanos) / 1e6,
      ranMs,
      elapsedMs: now - this.#measuredAt,
    });
    this.#usedNanos = usage.cpuNanos;
    this.#measuredAt = now;
    this.#ranMs = 0;
    if (this.#runningSince !== undefined) this.#runningSince = now;
  }

  /** Also when it is taken for stopped: whoever resumes a hung node continues all of its processes. */
  #stop(): void {
    if (this.#ended) return;
    signalGroup(this.#group, 'SIGSTOP');
    if (this.#runningSince !== undefined) this.#ranMs += performance.now() - this.#runningSince;
    this.#runningSince = undefined;
  }

  #continue(): void {
    if (this.#runningSince !== undefined) return;
    signalGroup(this.#group, 'SIGCONT');
    this.#runningSince = performance.now();
  }
}

/**
 * How long a container may run in the next period. It earns `limit` ms of CPU time per elapsed ms and pays for what it used;
 * like the kernel's quota, what is not used is lost after a period, and what was used too much is paid back. How fast it
 * spends while it runs is known from the last measurement.
 */
export class DutyController {
  readonly #limit: number;
  #creditMs: number;
  /** CPU ms per ms of running. */
  #rate = 1;

  /** `limit` in cores. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#creditMs = limit * periodMs;
  }

  measured({ usedMs, ranMs, elapsedMs }: { usedMs: number; ranMs: number; elapsedMs: number }): void {
    const budgetMs = this.#limit * periodMs;
    this.#creditMs = Math.min(budgetMs, this.#creditMs + this.#limit * elapsedMs - usedMs);
    // /proc counts in steps of 10 ms, so the rate is smoothed.
    if (ranMs >= 1) this.#rate = this.#rate / 2 + usedMs / ranMs / 2;
  }

  /** Milliseconds to run in the next period: 0 until debts are paid, a whole period when the credit lasts that long. */
  runMs(): number {
    if (this.#creditMs <= 0) return 0;
    return Math.min(periodMs, this.#creditMs / Math.max(this.#rate, 0.01));
  }
}
