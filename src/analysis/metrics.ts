/** In which unit a metric's value is held; the unit in which rules are written follows from it. */
export type MetricUnit =
  /** Number of things; written plainly: `0`. */
  | 'count'
  /** Milliseconds; written as a duration: `250ms`, `3s`. */
  | 'ms'
  /** Share between 0 and 1; written in percent: `99.9%`. */
  | 'ratio'
  /** Amount of money, in the currency that the scenario names; written plainly: `0.25`. */
  | 'price';

/** A figure of a run that expectations may judge. */
export interface Metric {
  /** As written in rules; `<id>` and `<type>` stand for a fault's id and type. */
  name: string;
  unit: MetricUnit;
  /** What it is, in one sentence. */
  definition: string;
}

const percentiles = [
  ['p50', 'the median'],
  ['p90', 'the 90th percentile'],
  ['p99', 'the 99th percentile'],
  ['max', 'the longest'],
] as const;

/** What is measured of each fault (design: "What is measured"). */
const faultMeasures = [
  ['reaction', 'ms', 'from the fault to the first change that Kubernetes makes because of it'],
  ['repair', 'ms', 'from the first reaction until every replacement is Ready'],
  ['recovery', 'ms', 'from the first reaction until the service is good again'],
  [
    'outage',
    'ms',
    'from the fault until the service is good again, as clients see it; 0 when it never was anything else',
  ],
  ['lost', 'count', 'requests that did not end well and are put down to the fault'],
] as const satisfies [string, MetricUnit, string][];

/** Every figure that an expectation may judge. `docs/definitions.md` says the same at length. */
export const metrics: readonly Metric[] = [
  {
    name: 'availability',
    unit: 'ratio',
    definition: 'Requests that ended ok as a share of all scheduled requests.',
  },
  {
    name: 'requests.scheduled',
    unit: 'count',
    definition: 'Requests that were due, whether or not they could be sent.',
  },
  {
    name: 'requests.ok',
    unit: 'count',
    definition: 'Requests answered in time with a status below 400, and as checks demand.',
  },
  { name: 'requests.failed', unit: 'count', definition: 'Scheduled requests that did not end ok.' },
  {
    name: 'requests.httpError',
    unit: 'count',
    definition: 'Requests answered with a status of 400 or above, or with an answer that fails a check.',
  },
  {
    name: 'requests.timeout',
    unit: 'count',
    definition: 'Requests sent but not answered within the time-out.',
  },
  {
    name: 'requests.refused',
    unit: 'count',
    definition: 'Requests for which no connection could be opened.',
  },
  {
    name: 'requests.reset',
    unit: 'count',
    definition: 'Requests whose connection ended before the answer was complete.',
  },
  {
    name: 'requests.dropped',
    unit: 'count',
    definition: 'Requests never sent, because every connection was busy or the generator was behind.',
  },
  ...percentiles.map(([name, words]): Metric => ({
    name: `response.${name}`,
    unit: 'ms',
    definition: `Response time of ok requests over the whole run, ${words}: from the scheduled instant to the complete answer.`,
  })),
  ...percentiles.map(([name, words]): Metric => ({
    name: `service.${name}`,
    unit: 'ms',
    definition: `Service time of ok requests over the whole run, ${words}: from the send to the complete answer.`,
  })),
  { name: 'pods.max', unit: 'count', definition: 'Most pods that were Ready at once while traffic ran.' },
  {
    name: 'pods.min',
    unit: 'count',
    definition: 'Fewest pods that were in rotation at once while traffic ran.',
  },
  {
    name: 'pods.restarts',
    unit: 'count',
    definition: 'Restarts of containers, over all pods of the workload.',
  },
  {
    name: 'pods.seconds',
    unit: 'count',
    definition: 'Pod-seconds: for how long pods took up room on nodes while traffic ran, summed over all.',
  },
  {
    name: 'nodes.min',
    unit: 'count',
    definition: 'Fewest workers that were Ready at once while traffic ran.',
  },
  {
    name: 'hpa.scaleUps',
    unit: 'count',
    definition: 'Times that the autoscaler raised the number of replicas.',
  },
  {
    name: 'hpa.scaleDowns',
    unit: 'count',
    definition: 'Times that the autoscaler lowered the number of replicas.',
  },
  {
    name: 'hpa.firstScaleUp',
    unit: 'ms',
    definition: 'From the start of traffic until the autoscaler first raised the number of replicas.',
  },
  {
    name: 'elasticity.underTimeshare',
    unit: 'ratio',
    definition: 'Share of the time in which there were fewer pods than the load needed (SPEC RG: τU).',
  },
  {
    name: 'elasticity.overTimeshare',
    unit: 'ratio',
    definition: 'Share of the time in which there were more pods than the load needed (SPEC RG: τO).',
  },
  {
    name: 'elasticity.underAccuracy',
    unit: 'ratio',
    definition: 'Pods lacking, as a share of those needed, in the mean over time (SPEC RG: θU).',
  },
  {
    name: 'elasticity.overAccuracy',
    unit: 'ratio',
    definition: 'Pods in excess, as a share of those needed, in the mean over time (SPEC RG: θO).',
  },
  {
    name: 'cost.pods',
    unit: 'price',
    definition: 'What the pod-seconds cost at the price of a pod-hour that the scenario states.',
  },
  {
    name: 'cost.lost',
    unit: 'price',
    definition:
      'What the requests that did not end ok cost at the price of a lost request that the scenario states.',
  },
  {
    name: 'cost.total',
    unit: 'price',
    definition: 'Both costs together, where the scenario states both prices.',
  },
  {
    name: 'generator.latenessP99',
    unit: 'ms',
    definition: 'By how much sends were late, the 99th percentile over the whole run.',
  },
  {
    name: 'generator.saturatedSeconds',
    unit: 'count',
    definition: 'Seconds of traffic that the generator itself spoiled.',
  },
  ...faultMeasures.flatMap(([measure, unit, words]): Metric[] => [
    { name: `fault.<id>.${measure}`, unit, definition: `Of the fault with this id: ${words}.` },
    { name: `faults.<type>.${measure}`, unit, definition: `The worst of all faults of this type: ${words}.` },
    { name: `faults.${measure}`, unit, definition: `The worst of all faults: ${words}.` },
  ]),
];

/** A metric's name, resolved: which metric, and of which faults if it is one of theirs. */
export interface ResolvedMetric {
  metric: Metric;
  /** Name of the measure (`recovery`) and which faults it is taken of; null for metrics of the run as a whole. */
  fault: { measure: string; of: { id: string } | { type: string } | 'all' } | null;
}

/** A fault of the scenario, as far as names of metrics depend on it. */
export interface FaultName {
  id: string;
  type: string;
}

/** The metric of that name in a scenario with these faults; undefined when there is none. */
export function resolveMetric(name: string, faults: readonly FaultName[]): ResolvedMetric | undefined {
  const plain = metrics.find((metric) => metric.name === name);
  if (plain !== undefined && !name.startsWith('faults.')) return { metric: plain, fault: null };

  const [family, ...rest] = name.split('.');
  const measure = rest.pop() ?? '';
  const which = rest.join('.');
  const find = (pattern: string): Metric | undefined =>
    metrics.find((metric) => metric.name === `${pattern}.${measure}`);
  if (family === 'fault' && faults.some(({ id }) => id === which)) {
    return resolved(find('fault.<id>'), measure, { id: which });
  }
  if (family !== 'faults') return undefined;
  if (which === '') return faults.length === 0 ? undefined : resolved(find('faults'), measure, 'all');
  return faults.some(({ type }) => type === which)
    ? resolved(find('faults.<type>'), measure, { type: which })
    : undefined;
}

function resolved(
  metric: Metric | undefined,
  measure: string,
  of: { id: string } | { type: string } | 'all',
): ResolvedMetric | undefined {
  return metric === undefined ? undefined : { metric, fault: { measure, of } };
}

/** Every name that a rule may use in a scenario with these faults. */
export function metricNames(faults: readonly FaultName[]): string[] {
  return metrics.flatMap(({ name }) => {
    if (name.startsWith('fault.')) return faults.map(({ id }) => name.replace('<id>', id));
    if (!name.startsWith('faults.')) return [name];
    if (!name.includes('<type>')) return faults.length === 0 ? [] : [name];
    return [...new Set(faults.map(({ type }) => name.replace('<type>', type)))];
  });
}
