/** A source of numbers in [0, 1), like `Math.random`. */
export type Random = () => number;

/**
 * A random source whose numbers follow from the seed alone (mulberry32; public domain, Tommy Ettinger 2017). The same
 * seed draws the same numbers on every machine, so a run's choices can be repeated.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
