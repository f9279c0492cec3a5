import type { Argv } from 'yargs';
import type { Context } from '../context.ts';
import { numberOption, seedRange, speedupRange } from '../number-option.ts';
import { whereOptions } from '../where-options.ts';

/** `openbell trials [scenario]`: the same scenario again and again, with statistics. */
export function addTrials(yargs: Argv, context: Context): Argv {
  return yargs.command(
    'trials [scenario]',
    'repeat a scenario and measure with statistics',
    (command) =>
      command
        .positional('scenario', {
          type: 'string',
          default: 'node-loss',
          describe: 'a built-in name (openbell scenarios) or a file',
        })
        .option('count', {
          type: 'string',
          default: '20',
          coerce: numberOption('count', { from: 1, to: 1000, whole: true }),
          describe: 'how many trials',
        })
        .option('until', {
          type: 'string',
          describe:
            'stop when a median is known this well: measure:half width (outage:5%, response.p99:20ms)',
        })
        .option('expect', {
          type: 'string',
          array: true,
          nargs: 1,
          describe: 'rule on a statistic over all trials; may be given several times',
        })
        .option('fresh', { type: 'boolean', describe: 'a new cluster for each trial (the default)' })
        .option('reuse', {
          type: 'boolean',
          describe: 'one cluster for all trials, for where booting takes long',
        })
        .conflicts('fresh', 'reuse')
        .option('seed', {
          type: 'string',
          coerce: numberOption('seed', seedRange),
          describe: 'a whole number that the trials’ seeds follow from (default: the scenario’s)',
        })
        .option('speedup', {
          type: 'string',
          coerce: numberOption('speedup', speedupRange),
          describe: 'divides every timer of Kubernetes, 1 to 100 (default: the scenario’s)',
        })
        .option('out', {
          type: 'string',
          describe:
            'the trials’ own folder (default: a new one in reports); one that has trials is gone on with',
        })
        .options(whereOptions)
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'print trials.json instead of the summary',
        })
        .option('open', { type: 'boolean', default: false, describe: 'open the report in the browser' })
        .example('$0 trials node-loss --count 20', 'how long healing takes: median, interval, distribution')
        .example('$0 trials node-loss --until outage:5%', 'no more trials than it takes')
        .example(
          "$0 trials pod-kill --expect 'outage.p90 < 2s'",
          'a gate for CI: exit code 99 when it does not hold',
        )
        .example(
          '$0 trials my-desk.yaml --count 50 --out lab/desk',
          'give the same command again to go on after Ctrl-C',
        )
        .epilogue(
          'Exit codes: 0 all expectations held, 99 one failed, 104 scenario invalid, 105 interrupted,\n' +
            '106 no cluster, 107 a fault did not land, 108 no trial can be trusted.\n' +
            'Statistics in rules: min p10 p25 median p75 p90 p95 p99 max mean, after the metric’s name.',
        ),
    async ({ count = 20, expect = [], reuse, ...options }) => {
      const { trialsCommand } = await import('../trials-command.ts');
      await trialsCommand(
        { ...options, count, expect, cluster: reuse === true ? 'reused' : 'fresh' },
        context,
      );
    },
  );
}
