import type { Argv } from 'yargs';
import type { Context } from '../context.ts';

/** `openbell report <folder>`: renders the report of a run or of trials again, from the journals alone. */
export function addReport(yargs: Argv, { stdout }: Context): Argv {
  return yargs.command(
    'report <folder>',
    'render the report of a run, or of trials, again from the journals',
    (command) =>
      command
        .positional('folder', {
          type: 'string',
          demandOption: true,
          describe: 'a run’s folder, its journal.ndjson, or a folder of trials',
        })
        .option('open', { type: 'boolean', default: false, describe: 'open it in the browser' })
        .example('$0 report reports/market-open-20261121T073000Z', 'also from a journal that was cut short'),
    async ({ folder, open }) => {
      const { renderFromJournal, renderTrialsFolder, holdsTrials } = await import('../../harness/index.ts');
      const { openInBrowser } = await import('../terminal/open.ts');
      const render = (await holdsTrials(folder)) ? renderTrialsFolder : renderFromJournal;
      const { reportPath } = await render(folder);
      stdout.write(`${reportPath}\n`);
      if (open) openInBrowser(reportPath);
    },
  );
}
