/** A run's figures in formats that other tools read. */
export { histogramLog, histogramLogOf } from './hlog.ts';
export { LiveMetrics, type LiveTick } from './live-metrics.ts';
export { openMetricsType } from './openmetrics.ts';
export { seriesCsv, seriesNdjson } from './series.ts';
