/** Text in the OpenMetrics format 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/). */

/** The media type that such a text is served under. */
export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** All samples of one name. */
export interface MetricFamily {
  /** Without the suffix that samples have; ends with the unit where there is one. */
  name: string;
  type: 'counter' | 'gauge' | 'histogram' | 'info';
  unit?: string;
  help: string;
  samples: Sample[];
}

type Sample =
  | { labels?: Record<string, string>; value: number }
  /** Of a histogram: how many values were at most so large, by rising limits, and the sum of all. */
  | { labels?: Record<string, string>; buckets: { le: number; count: number }[]; count: number; sum: number };

/** The families as one exposition, closed by its end mark. */
export function openMetricsText(families: readonly MetricFamily[]): string {
  return [...families.flatMap(linesOf), '# EOF', ''].join('\n');
}

function linesOf(family: MetricFamily): string[] {
  const { name, type, unit, help, samples } = family;
  return [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escaped(help)}`,
    ...samples.flatMap((sample) => sampleLines(family, sample)),
  ];
}

const suffixes = { counter: '_total', gauge: '', info: '_info', histogram: '' } as const;

function sampleLines({ name, type }: MetricFamily, sample: Sample): string[] {
  const { labels = {} } = sample;
  if (!('buckets' in sample)) return [`${name}${suffixes[type]}${labelText(labels)} ${number(sample.value)}`];
  const limits = [...sample.buckets, { le: Number.POSITIVE_INFINITY, count: sample.count }];
  return [
    ...limits.map(
      ({ le, count }) => `${name}_bucket${labelText({ ...labels, le: limit(le) })} ${number(count)}`,
    ),
    `${name}_count${labelText(labels)} ${number(sample.count)}`,
    `${name}_sum${labelText(labels)} ${number(sample.sum)}`,
  ];
}

function labelText(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);
}

/** Limits are written as floating-point numbers, 1.0 and not 1. */
function limit(le: number): string {
  return Number.isInteger(le) ? `${le}.0` : number(le);
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}
