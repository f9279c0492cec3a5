import { stat } from 'node:fs/promises';
import path from 'node:path';
import { analyse } from '../analysis/index.ts';
import { readJournal } from '../journal/index.ts';
import { histogramLog, LiveMetrics, seriesCsv, seriesNdjson } from '../report/index.ts';
import { journalFile } from './open-run.ts';

/** Formats that a run's figures can be had in. */
type ExportFormat = 'csv' | 'ndjson' | 'hlog' | 'openmetrics';

/**
 * A run's figures as text, from its journal alone.
 *
 * @param run The run's folder, or the journal in it. @throws {OpenbellError} as reading the journal does.
 */
export async function exportRun(run: string, format: ExportFormat): Promise<string> {
  const isFolder = await stat(run).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const { events, problems } = await readJournal(isFolder ? path.join(run, journalFile) : run);
  switch (format) {
    case 'csv':
      return seriesCsv(analyse(events, problems));
    case 'ndjson':
      return seriesNdjson(analyse(events, problems));
    case 'hlog':
      return histogramLog(events);
    case 'openmetrics': {
      const metrics = new LiveMetrics();
      for (const event of events) metrics.event(event);
      return metrics.text();
    }
    default:
      return format satisfies never;
  }
}
