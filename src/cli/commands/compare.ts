import type { Argv } from 'yargs';
import { wantsColor, type Context } from '../context.ts';

/** `openbell compare <a> <b>`: what changed from one run, or set of trials, to another. */
export function addCompare(yargs: Argv, context: Context): Argv {
  return yargs.command(
    'compare <a> <b>',
    'compare two runs or two sets of trials',
    (command) =>
      command
        .positional('a', {
          type: 'string',
          demandOption: true,
          describe: 'folder of a run or of trials: before',
        })
        .positional('b', { type: 'string', demandOption: true, describe: 'the same: after' })
        .option('fail-on', {
          type: 'string',
          array: true,
          nargs: 1,
          describe: 'a limit to how much worse B may be; may be given several times',
        })
        .option('out', {
          type: 'string',
          default: 'reports/compare.html',
          describe: 'file of the page',
        })
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'print the comparison as JSON instead of the summary',
        })
        .option('open', { type: 'boolean', default: false, describe: 'open the page in the browser' })
        .example(
          '$0 compare reports/reactive reports/prescaled',
          'which is better, by how much, and how sure that is',
        )
        .example(
          "$0 compare main branch --fail-on 'outage +10%'",
          'a gate for CI: exit code 99 on a regression',
        )
        .example(
          "$0 compare main branch --fail-on 'response.p99 +20ms' --fail-on 'availability -0.5pp'",
          'several',
        )
        .epilogue(
          'Exit codes: 0 no limit was exceeded, 99 one was, 108 no run of a side can be trusted.\n' +
            'Between sets of trials a limit counts as exceeded only where chance does not explain it (p ≤ 0.05).',
        ),
    async ({ a, b, failOn = [], out, json, open }) => {
      const { compareFolders } = await import('../../harness/index.ts');
      const { comparisonResultOf, comparisonSummaryOf } = await import('../../report/index.ts');
      const { comparison, reportPath } = await compareFolders({ a, b, failOn, out });
      const { stdout, env } = context;
      const color = wantsColor(stdout, env);
      const text = json
        ? JSON.stringify(comparisonResultOf(comparison), null, 2)
        : comparisonSummaryOf(comparison, { color, reportPath, width: stdout.columns ?? 80 });
      stdout.write(`${text}\n`);
      if (open) {
        const { openInBrowser } = await import('../terminal/open.ts');
        openInBrowser(reportPath);
      }
      context.exitCode = comparison.exitCode;
    },
  );
}
