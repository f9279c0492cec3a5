import { seededRandom } from '../../support/index.ts';

/** The seed of the trial of that number, from 1; follows from the seed of all. */
export function trialSeed(seed: number, number: number): number {
  const random = seededRandom(seed);
  let drawn = 0;
  for (let trial = 0; trial < number; trial += 1) drawn = random();
  return Math.floor(drawn * 2 ** 32);
}
