/**
 * What went on in the last second, for the live view: answers and their response times in four slots of a quarter second
 * and buckets a sixteenth of a doubling wide (each at most 4.5 % off). For people to watch, never for a report.
 */
export class LiveFigures {
  readonly #slots = Array.from({ length: slots }, () => ({
    quarter: -1,
    answers: 0,
    buckets: new Uint32Array(buckets),
  }));

  answered(responseUs: number, nowMs: number): void {
    const slot = this.#slot(Math.floor(nowMs / slotMs));
    slot.answers++;
    const bucket = Math.min(buckets - 1, Math.max(0, Math.ceil(Math.log2(responseUs) * perDoubling)));
    slot.buckets[bucket] = (slot.buckets[bucket] ?? 0) + 1;
  }

  /** Answers per second and the response time's p99 over the last four whole slots and the one under way. */
  last(nowMs: number): { answeredRate: number; p99Ms: number | null } {
    const quarter = Math.floor(nowMs / slotMs);
    const recent = this.#slots.filter((slot) => slot.quarter > quarter - slots);
    const answers = recent.reduce((sum, slot) => sum + slot.answers, 0);
    const coveredMs = (slots - 1) * slotMs + (nowMs - quarter * slotMs);
    let above = answers * 0.01;
    let bucket = buckets - 1;
    for (; bucket > 0; bucket--) {
      for (const slot of recent) above -= slot.buckets[bucket] ?? 0;
      if (above < 0) break;
    }
    return {
      answeredRate: (answers * 1000) / coveredMs,
      p99Ms: answers === 0 ? null : 2 ** (bucket / perDoubling) / 1000,
    };
  }

  #slot(quarter: number): { answers: number; buckets: Uint32Array } {
    const slot = this.#slots[quarter % slots] ?? { quarter, answers: 0, buckets: new Uint32Array(buckets) };
    if (slot.quarter !== quarter) {
      slot.quarter = quarter;
      slot.answers = 0;
      slot.buckets.fill(0);
    }
    return slot;
  }
}

const slots = 5;
const slotMs = 250;
const perDoubling = 16;
/** Up to 2³² µs. */
const buckets = 32 * perDoubling;
