import { median } from '../../analysis/index.ts';
import type { Result } from '../result-schema.ts';
import type { DefinitionName } from './definitions.ts';
import { decimal, duration, percent } from './format.ts';

/** A measure of a run that is worth following from run to run. */
export interface Measure {
  name: string;
  /** Where the figure is defined. */
  definition: DefinitionName;
  format: (value: number) => string;
  /** One per run, in the order of the runs; null where the run has none. */
  values: (number | null)[];
  /** Whether the chart of it begins at 0; a share of nearly 1 would not be told from 1. */
  fromZero: boolean;
}

/** The measures of several runs of one scenario: those of all runs, then those of each fault that any of them had. */
export function measuresOf(results: readonly Result[]): Measure[] {
  const common: Measure[] = [
    {
      name: 'Availability',
      definition: 'availability',
      format: percent,
      fromZero: false,
      values: results.map(({ requests: { ok, scheduled } }) => (scheduled === 0 ? null : ok / scheduled)),
    },
    {
      name: 'Requests not ok',
      definition: 'outcome',
      format: (value) => decimal(value, 0),
      fromZero: true,
      values: results.map(({ requests: { ok, scheduled } }) => (scheduled === 0 ? null : scheduled - ok)),
    },
    {
      name: 'p99 response time',
      definition: 'response-time',
      format: duration,
      fromZero: true,
      values: results.map(({ latencyMs }) => latencyMs.response.p99),
    },
    {
      name: 'Pods in all',
      definition: 'pod-states',
      format: (value) => decimal(value, 0),
      fromZero: true,
      values: results.map(({ pods }) => (pods.length === 0 ? null : pods.length)),
    },
  ];
  const names = [...new Set(results.flatMap(({ faults }) => faults.map(({ name }) => name)))];
  const perFault = names.flatMap((name) => {
    const faults = results.map((result) => result.faults.find((fault) => fault.name === name));
    const measure = (
      what: string,
      definition: DefinitionName,
      pick: (fault: Result['faults'][number]) => number | null,
    ): Measure => ({
      name: `${name}: ${what}`,
      definition,
      format: definition === 'lost' ? (value) => decimal(value, 0) : duration,
      fromZero: true,
      values: faults.map((fault) => (fault === undefined ? null : pick(fault))),
    });
    return [
      measure('reaction', 'reaction', ({ reactionMs }) => reactionMs),
      measure('repair', 'repair', ({ repairMs }) => repairMs),
      measure('recovery', 'recovery', ({ recoveryMs }) => recoveryMs),
      measure('outage', 'outage', ({ outageMs }) => outageMs),
      measure('lost requests', 'lost', ({ lost }) => lost),
    ];
  });
  return [...common, ...perFault].filter(({ values }) => values.some((value) => value !== null));
}

/** The middle of the values, and the least and greatest; null without any. */
export function rangeOf(
  values: readonly (number | null)[],
): { median: number; least: number; most: number } | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  return { median: median(known), least: Math.min(...known), most: Math.max(...known) };
}
