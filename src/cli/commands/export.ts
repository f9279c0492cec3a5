import type { Argv } from 'yargs';
import type { Context } from '../context.ts';

/** `openbell export <run folder>`: a run's figures in formats that other tools read. */
export function addExport(yargs: Argv, { stdout }: Context): Argv {
  return yargs.command(
    'export <folder>',
    'print a run’s figures in a format that other tools read',
    (command) =>
      command
        .positional('folder', {
          type: 'string',
          demandOption: true,
          describe: 'a run’s folder, or its journal.ndjson',
        })
        .option('as', {
          choices: ['csv', 'ndjson', 'hlog', 'openmetrics'] as const,
          default: 'csv' as const,
          describe: 'seconds as a table or as JSON lines, an HDR histogram log, or OpenMetrics text',
        })
        .example('$0 export reports/market-open-20261121T073000Z > seconds.csv', 'a row for each second')
        .example(
          '$0 export <folder> --as ndjson | jq .response_p99_ms',
          'with requests and connections per pod',
        )
        .example(
          '$0 export <folder> --as hlog > run.hlog',
          'for HdrHistogram’s tools; values are microseconds',
        ),
    async ({ folder, as }) => {
      const { exportRun } = await import('../../harness/index.ts');
      stdout.write(await exportRun(folder, as));
    },
  );
}
