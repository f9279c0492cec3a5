import type { Argv } from 'yargs';
import type { Context } from '../context.ts';

/** `openbell report <run folder>`: renders a run's report again, from its journal alone. */
export function addReport(yargs: Argv, { stdout }: Context): Argv {
  return yargs.command(
    'report <folder>',
    'render the report of a run again from its journal',
    (command) =>
      command
        .positional('folder', {
          type: 'string',
          demandOption: true,
          describe: 'a run’s folder, or its journal.ndjson',
        })
        .option('open', { type: 'boolean', default: false, describe: 'open it in the browser' })
        .example('$0 report reports/market-open-20261121T073000Z', 'also from a journal that was cut short'),
    async ({ folder, open }) => {
      const { renderFromJournal } = await import('../../harness/index.ts');
      const { openInBrowser } = await import('../terminal/open.ts');
      const { reportPath } = await renderFromJournal(folder);
      stdout.write(`${reportPath}\n`);
      if (open) openInBrowser(reportPath);
    },
  );
}
