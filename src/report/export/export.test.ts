import { build, decodeFromCompressedBase64, HistogramLogReader, listTags } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { syntheticJournal } from '../../../test/support/synthetic-journal.ts';
import { analyse } from '../../analysis/index.ts';
import { outcomes, type JournalEvent } from '../../journal/index.ts';
import { histogramLog } from './hlog.ts';
import { LiveMetrics } from './live-metrics.ts';
import { openMetricsText, type MetricFamily } from './openmetrics.ts';
import { seriesCsv, seriesNdjson } from './series.ts';

const events: JournalEvent[] = syntheticJournal();
const findings = analyse(events);

describe('the histogram log', () => {
  const log = histogramLog(events);

  test('is read by HdrHistogram: untagged lines merge to the run’s response times', () => {
    const reader = new HistogramLogReader(log);
    const merged = build({ autoResize: true, numberOfSignificantValueDigits: 3 });
    let intervals = 0;
    for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram()) {
      if (next.tag !== 'NO TAG') continue;
      intervals++;
      merged.add(next);
    }
    expect(intervals).toBe(findings.seconds.filter(({ outcomes }) => outcomes.ok > 0).length);
    expect(merged.totalCount).toBe(findings.requests.ok);
    const { p50, p99 } = findings.latencyMs.response;
    expect(merged.getValueAtPercentile(50) / 1000).toBeCloseTo(p50 ?? -1, 6);
    expect(merged.getValueAtPercentile(99) / 1000).toBeCloseTo(p99 ?? -1, 6);
  });

  test('has the form of version 1.3: comments, a legend, then fields of numbers and base64', () => {
    const lines = log.trimEnd().split('\n');
    const comments = lines.filter((line) => line.startsWith('#'));
    expect(comments).toContain('#[Histogram log format version 1.3]');
    expect(comments.join('\n')).toMatch(/^#\[StartTime: \d+\.\d{3} \(seconds since epoch\), .+\]$/m);
    const [legend, ...intervals] = lines.filter((line) => !line.startsWith('#'));
    expect(legend).toBe('"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"');
    for (const line of intervals) {
      expect(line).toMatch(/^(Tag=[a-z_.]+,)?\d+\.\d{3},\d+\.\d{3},\d+\.\d{3},HISTF[A-Za-z0-9+/]+=*$/);
      const cells = line.split(',');
      const histogram = decodeFromCompressedBase64(cells.at(-1) ?? '');
      expect(Number(cells.at(-2))).toBeCloseTo(histogram.getValueAtPercentile(100) / 1000, 3);
    }
    expect(listTags(log)).toContain('service.ok');
  });
});

describe('the series', () => {
  test('has a row for each second, whose requests sum to the run’s', () => {
    const [header = '', ...lines] = seriesCsv(findings).trimEnd().split('\n');
    const columns = header.split(',');
    const rows = lines.map((line) =>
      Object.fromEntries(line.split(',').map((cell, i) => [columns[i], cell])),
    );
    expect(rows).toHaveLength(findings.seconds.length);
    for (const outcome of outcomes) {
      const sum = rows.reduce((total, row) => total + Number(row[outcome]), 0);
      expect(sum, outcome).toBe(findings.requests[outcome]);
    }
    expect(new Set(rows.map(({ phase }) => phase))).toEqual(
      new Set(findings.plan?.phases.map(({ name }) => name)),
    );
    expect(rows[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Math.max(...rows.map((row) => Number(row['pods_ready'])))).toBeGreaterThan(2);
  });

  test('as JSON lines says the same, and who served what', () => {
    const rows = seriesNdjson(findings)
      .trimEnd()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as { ok: number; http_error: number; served_by_pod: Record<string, number> },
      );
    for (const { ok, http_error, served_by_pod } of rows) {
      expect(Object.values(served_by_pod).reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(ok + http_error);
    }
    expect(rows.reduce((total, { ok }) => total + ok, 0)).toBe(findings.requests.ok);
  });
});

/** Reads an exposition strictly: each family once and in one piece, names with the suffixes of their type, one end mark. */
function read(text: string): { samples: Map<string, number>; families: Map<string, string> } {
  expect(text.endsWith('# EOF\n')).toBe(true);
  const families = new Map<string, string>();
  const samples = new Map<string, number>();
  let family = '';
  let described = new Set<string>();
  for (const line of text.trimEnd().split('\n').slice(0, -1)) {
    const about = /^# (TYPE|UNIT|HELP) ([a-z_]+) (.+)$/.exec(line);
    if (about !== null) {
      const [, what = '', name = '', value = ''] = about;
      if (name !== family) {
        expect(families.has(name), `${name} comes twice`).toBe(false);
        family = name;
        described = new Set();
      }
      expect(described.has(what), `${what} of ${name} comes twice`).toBe(false);
      described.add(what);
      if (what === 'TYPE') families.set(name, value);
      if (what === 'UNIT') expect(name.endsWith(`_${value}`)).toBe(true);
      continue;
    }
    const sample = /^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\n"])*",?)*\})? (\S+)$/.exec(line);
    expect(sample, line).not.toBeNull();
    const [, name = '', labels = '', value = ''] = sample ?? [];
    const suffix = { counter: '_total', gauge: '', info: '_info', histogram: '_(bucket|count|sum)' }[
      families.get(family) ?? ''
    ];
    expect(name).toMatch(new RegExp(`^${family}${suffix}$`));
    expect(samples.has(name + labels), `${line} comes twice`).toBe(false);
    expect(Number.isFinite(Number(value))).toBe(true);
    samples.set(name + labels, Number(value));
  }
  return { families, samples };
}

describe('the live figures', () => {
  test('end at what the report says', () => {
    const metrics = new LiveMetrics();
    for (const event of events) metrics.event(event);
    const { samples, families } = read(metrics.text());
    const { requests } = findings;
    expect(samples.get('openbell_requests_scheduled_total')).toBe(requests.scheduled);
    for (const outcome of outcomes) {
      expect(samples.get(`openbell_requests_total{outcome="${outcome}"}`)).toBe(requests[outcome]);
    }
    expect(samples.get('openbell_response_time_seconds_count')).toBe(requests.ok);
    expect(samples.get('openbell_response_time_seconds_bucket{le="+Inf"}')).toBe(requests.ok);
    const buckets = [...samples].filter(([name]) => name.startsWith('openbell_response_time_seconds_bucket'));
    expect(buckets.map(([, count]) => count)).toEqual(
      buckets.map(([, count]) => count).toSorted((a, b) => a - b),
    );
    const { p50 } = findings.latencyMs.response;
    const below = buckets.filter(([name]) => Number(/le="([^"]+)"/.exec(name)?.[1]) < (p50 ?? 0) / 1000);
    expect(below.every(([, count]) => count <= requests.ok / 2)).toBe(true);
    const mean = (samples.get('openbell_response_time_seconds_sum') ?? 0) / requests.ok;
    expect(mean).toBeGreaterThan((p50 ?? 0) / 10_000);
    expect(families.get('openbell_run')).toBe('info');
    expect(samples.get('openbell_faults_total{state="landed"}')).toBe(2);
  });

  test('are sound before anything happened and while traffic runs', () => {
    const metrics = new LiveMetrics();
    expect(read(metrics.text()).samples.get('openbell_requests_scheduled_total')).toBe(0);
    for (const event of events) {
      metrics.event(event);
      if (event.type === 'traffic.second' && event.second === 10) break;
    }
    metrics.tick({ askedRate: 12.5, inFlight: 3, connections: 9 });
    const { samples } = read(metrics.text());
    expect(samples.get('openbell_offered_rate')).toBe(12.5);
    expect(samples.get('openbell_connections')).toBe(9);
    expect([...samples.keys()].some((name) => name.startsWith('openbell_phase_info{phase='))).toBe(true);
  });

  test('escape what would break a line', () => {
    const family: MetricFamily = {
      name: 'x',
      type: 'gauge',
      help: 'a "b"\nc\\d',
      samples: [{ labels: { l: 'a "b"\nc\\d' }, value: Number.POSITIVE_INFINITY }],
    };
    expect(openMetricsText([family])).toBe(
      '# TYPE x gauge\n# HELP x a \\"b\\"\\nc\\\\d\nx{l="a \\"b\\"\\nc\\\\d"} +Inf\n# EOF\n',
    );
  });
});
