import type { Findings } from '../../src/analysis/index.ts';

/** How long a step took after the one that causes it, and since the fault or the rise of the load; ms. */
export interface Measure {
  ownMs: number;
  sinceMs: number;
}

/** By step; steps that were not reached are not there. */
export type Measures = Partial<Record<string, Measure>>;

/** Each step after the one that causes it. Steps that only look alike in time (out of rotation, replacement) are siblings. */
const causes = {
  healing: [
    ['detected', 'fault'],
    ['out of rotation', 'detected'],
    ['replacement created', 'detected'],
    ['scheduled', 'replacement created'],
    ['started', 'scheduled'],
    ['ready', 'started'],
    ['in rotation', 'ready'],
    ['first request served', 'in rotation'],
  ],
  scaling: [
    ['visible in metrics', 'load'],
    ['decision', 'load'],
    ['pods created', 'decision'],
    ['scheduled', 'pods created'],
    ['started', 'scheduled'],
    ['ready', 'started'],
    ['in rotation', 'ready'],
    ['first request served', 'in rotation'],
  ],
} as const;

/** What is measured besides the steps. */
const outage = 'outage, as clients saw it';
const allInRotation = 'all new pods in rotation';

/** The steps of a scenario's waterfall in order, each with the one that causes it, and the whole way at the end. */
export function stepsOf(waterfall: keyof typeof causes): { step: string; cause: string }[] {
  const steps = causes[waterfall].map(([step, cause]) => ({ step, cause: cause as string }));
  return waterfall === 'healing'
    ? [...steps, { step: outage, cause: 'fault' }]
    : [...steps, { step: allInRotation, cause: 'load' }];
}

/** The steps of a run's first fault, else of its first rise of the load. */
export function measuresOf({ faults, autoscaling }: Findings): Measures {
  const [fault] = faults;
  const [rise] = autoscaling.loadSteps;
  if (fault !== undefined) {
    const at = new Map<string, number | null>(fault.waterfall.map(({ step, atMs }) => [step, atMs]));
    at.set(outage, fault.outageMs === null ? null : fault.injectedMs + fault.outageMs);
    return durations(at, stepsOf('healing'));
  }
  if (rise === undefined) return {};
  const at = new Map<string, number | null>(rise.stages.map(({ stage, firstMs }) => [stage, firstMs]));
  at.set(allInRotation, rise.stages.find(({ stage }) => stage === 'in rotation')?.allMs ?? null);
  return durations(at, stepsOf('scaling'));
}

function durations(
  at: ReadonlyMap<string, number | null>,
  steps: readonly { step: string; cause: string }[],
): Measures {
  const origin = at.get(steps[0]?.cause ?? '') ?? null;
  const found = steps.flatMap(({ step, cause }): [string, Measure][] => {
    const [reached, before] = [at.get(step) ?? null, at.get(cause) ?? null];
    if (reached === null || before === null || origin === null) return [];
    return [[step, { ownMs: reached - before, sinceMs: reached - origin }]];
  });
  return Object.fromEntries(found);
}
