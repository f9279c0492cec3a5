import { messageOf } from '../../../../support/index.ts';
import type { Container } from '../runtime/index.ts';
import type { KubeletContext } from './context.ts';
import type { Point } from './metrics.ts';

/** Containers that are due are looked for so many times per interval. */
const looksPerInterval = 10;
/** On a cluster that is sped up a lot, ms. */
const shortestLookMs = 20;

/**
 * Reads containers' counters as cAdvisor in the kubelet does: a container when it is first seen, and again after the interval
 * plus a random share of it, each container in a rhythm of its own. So figures are older than their publication.
 */
export class CpuHousekeeping {
  readonly #context: KubeletContext;
  readonly #intervalMs: number;
  readonly #known = new Map<string, { point: Point | undefined; dueAt: number }>();

  constructor(context: KubeletContext) {
    this.#context = context;
    this.#intervalMs = context.config.timings.cpuHousekeepingMs;
    void this.#run();
  }

  /** The newest measurement of a container. */
  latest({ spec }: Container): Point | undefined {
    return this.#known.get(spec.id)?.point;
  }

  async #run(): Promise<void> {
    const { clock, signal, log } = this.#context;
    const lookMs = Math.max(shortestLookMs, this.#intervalMs / looksPerInterval);
    while (!signal.aborted) {
      await this.#measureDue().catch((error: unknown) => log(`CPU housekeeping: ${messageOf(error)}`));
      await clock.sleep(lookMs, signal).catch(() => undefined);
    }
  }

  async #measureDue(): Promise<void> {
    const { clock, runtime, random } = this.#context;
    const running = runtime.containers().filter(({ exit }) => exit === undefined);
    const ids = new Set(running.map(({ spec }) => spec.id));
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
    const now = clock.now();
    // One that cannot be read (it has just ended) does not keep the others from being read.
    await Promise.allSettled(
      running.map(async (container) => {
        const { id } = container.spec;
        const known = this.#known.get(id);
        if (known !== undefined && known.dueAt > now) return;
        const usage = await container.usage();
        const point = usage === undefined ? known?.point : { at: clock.now(), ...usage };
        this.#known.set(id, { point, dueAt: now + this.#intervalMs * (1 + random()) });
      }),
    );
  }
}
