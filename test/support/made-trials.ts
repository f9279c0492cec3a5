import type { FaultName, Trial, TrialSet } from '../../src/analysis/index.ts';

/** The faults of made trials. */
export const madeFaults: FaultName[] = [
  { id: 'pod', type: 'kill-pod' },
  { id: 'node', type: 'kill-node' },
];

/** A trial with just these values, by measure; everything else of it is plain. */
export function madeTrial(
  number: number,
  values: Record<string, number | null>,
  over: Partial<Trial> = {},
): Trial {
  return {
    number,
    folder: `trial-${number}`,
    seed: number * 1000,
    verdict: 'passed',
    verdictSentence: 'All held.',
    exitCode: 0,
    durationMs: 40_000 + number,
    counts: true,
    values: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        { value, problem: value === null ? 'the service was not seen good again' : null },
      ]),
    ),
    ...over,
  };
}

/** Trials that differ in the outage of the lost node alone, one for each value (ms). */
export function madeTrials(outages: readonly (number | null)[], over: Partial<TrialSet> = {}): TrialSet {
  return {
    scenario: { name: 'made', title: 'Made' },
    provider: 'embedded',
    faults: madeFaults,
    trials: outages.map((outage, index) =>
      madeTrial(index + 1, { 'fault.node.outage': outage, 'faults.outage': outage, availability: 0.99 }),
    ),
    ...over,
  };
}
