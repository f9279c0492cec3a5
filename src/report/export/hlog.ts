import { decodeHistogram, quantileMs } from '../../analysis/index.ts';
import { outcomes, type JournalEvent, type TrafficSecond } from '../../journal/index.ts';

/**
 * The latencies of a run as a histogram log (format 1.3 of HdrHistogram, https://hdrhistogram.org), one interval for each
 * second of traffic and kind of latency. Lines without a tag are the response times of requests that ended ok, which is what
 * tools show when they are not told otherwise; tags are `response.<outcome>` and `service.<outcome>` for the others.
 * Histograms count microseconds; Interval_Max is in milliseconds.
 */
export function histogramLog(events: readonly JournalEvent[]): string {
  const start = events.find((event) => event.type === 'run.start');
  const originMs = start === undefined ? 0 : Date.parse(start.originWall);
  const seconds = events.filter((event) => event.type === 'traffic.second');
  return [
    `#[openbell ${start?.openbellVersion ?? ''}: ${start?.scenario.name ?? ''}, run ${start?.runId ?? ''}]`,
    '#[Values are microseconds, Interval_Max is in milliseconds]',
    '#[Histogram log format version 1.3]',
    `#[BaseTime: ${seconds3(originMs)} (seconds since epoch)]`,
    `#[StartTime: ${seconds3(originMs)} (seconds since epoch), ${new Date(originMs).toISOString()}]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ...seconds.flatMap(intervals),
    '',
  ].join('\n');
}

function intervals(second: TrafficSecond): string[] {
  return (['response', 'service'] as const).flatMap((kind) =>
    outcomes.flatMap((outcome) => {
      const encoded = second[kind][outcome];
      const histogram = encoded === undefined ? null : decodeHistogram(encoded);
      if (encoded === undefined || histogram === null) return [];
      const tag = kind === 'response' && outcome === 'ok' ? '' : `Tag=${kind}.${outcome},`;
      const maxMs = quantileMs(histogram, 1) ?? 0;
      return `${tag}${seconds3(second.startT)},1.000,${maxMs.toFixed(3)},${encoded}`;
    }),
  );
}

/** Milliseconds as seconds with three decimals. */
function seconds3(ms: number): string {
  return (ms / 1000).toFixed(3);
}
