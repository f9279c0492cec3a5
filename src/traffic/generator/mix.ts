/** Which request of the mix arrival `index` is. */
export type Mix = (index: number) => number;

/**
 * Draws by weight, from the seed and the arrival's index alone: the same arrival is the same request however many
 * workers share the schedule. The draw is number `index` of the project's seeded random source (mulberry32, whose state
 * is a counter). Weights that sum to nothing count as equal.
 */
export function weightedMix(weights: readonly number[], seed: number): Mix {
  if (weights.length <= 1) return () => 0;
  const usable = weights.map((weight) => (Number.isFinite(weight) && weight > 0 ? weight : 0));
  const sum = usable.reduce((a, b) => a + b, 0);
  const shares = sum > 0 ? usable.map((weight) => weight / sum) : weights.map(() => 1 / weights.length);
  let reached = 0;
  const bounds = shares.map((share) => (reached += share));
  const last = shares.findLastIndex((share) => share > 0);
  return (index) => {
    const drawn = drawAt(seed, index);
    for (let i = 0; i < last; i++) if (drawn < (bounds[i] ?? 1)) return i;
    return last;
  };
}

/** Number `index` (from 0) in [0, 1) of the sequence that `seededRandom(seed)` draws. */
export function drawAt(seed: number, index: number): number {
  const state = (seed + Math.imul(index + 1, 0x6d2b79f5)) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}
