import { latenciesOf, quantileMs, type SecondLatencies } from '../../analysis/index.ts';
import { outcomes, type JournalEvent, type TrafficSecond } from '../../journal/index.ts';

/**
 * The latencies of a run as a histogram log (format 1.3 of HdrHistogram, https://hdrhistogram.org), one interval for each
 * second of traffic and kind of latency. Lines without a tag are the response times of requests that ended ok, which is what
 * tools show when they are not told otherwise; tags are `response.<outcome>` and `service.<outcome>` for the others.
 * Histograms count microseconds; Interval_Max is in milliseconds.
 */
export function histogramLog(events: readonly JournalEvent[]): string {
  return events
    .map((event) => histogramLogOf(event, event.type === 'traffic.second' ? latenciesOf(event) : undefined))
    .join('');
}

/** What one event adds to the log, so that it can be written as a journal is read; '' for most. */
export function histogramLogOf(event: JournalEvent, latencies?: SecondLatencies): string {
  if (event.type === 'traffic.second' && latencies) return intervals(event, latencies);
  if (event.type !== 'run.start') return '';
  const originMs = Date.parse(event.originWall);
  return `#[openbell ${event.openbellVersion}: ${event.scenario.name}, run ${event.runId}]
#[Values are microseconds, Interval_Max is in milliseconds]
#[Histogram log format version 1.3]
#[BaseTime: ${seconds3(originMs)} (seconds since epoch)]
#[StartTime: ${seconds3(originMs)} (seconds since epoch), ${new Date(originMs).toISOString()}]
"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"
`;
}

function intervals(second: TrafficSecond, latencies: SecondLatencies): string {
  let lines = '';
  for (const kind of ['response', 'service'] as const) {
    for (const outcome of outcomes) {
      const histogram = latencies[kind][outcome];
      if (histogram === undefined || histogram === null) continue;
      const tag = kind === 'response' && outcome === 'ok' ? '' : `Tag=${kind}.${outcome},`;
      const maxMs = quantileMs(histogram, 1) ?? 0;
      lines += `${tag}${seconds3(second.startT)},1.000,${maxMs.toFixed(3)},${second[kind][outcome]}\n`;
    }
  }
  return lines;
}

/** Milliseconds as seconds with three decimals. */
function seconds3(ms: number): string {
  return (ms / 1000).toFixed(3);
}
