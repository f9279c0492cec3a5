import type { Argv } from 'yargs';
import type { Context } from '../context.ts';
import { numberOption, portRange, seedRange, speedupRange } from '../number-option.ts';
import { whereOptions } from '../where-options.ts';

/** `openbell run [scenario]`: one run, from nothing to the report. */
export function addRun(yargs: Argv, context: Context): Argv {
  return yargs.command(
    'run [scenario]',
    'play a scenario on a cluster and write the report',
    (command) =>
      command
        .positional('scenario', {
          type: 'string',
          default: 'market-open',
          describe: 'a built-in name (openbell scenarios) or a file',
        })
        .options(whereOptions)
        .option('out', {
          type: 'string',
          default: 'reports',
          describe: 'folder in which the run’s folder is made',
        })
        .option('speedup', {
          type: 'string',
          coerce: numberOption('speedup', speedupRange),
          describe: 'divides every timer of Kubernetes, 1 to 100 (default: the scenario’s)',
        })
        .option('seed', {
          type: 'string',
          coerce: numberOption('seed', seedRange),
          describe: 'a whole number that every random choice follows from (default: the scenario’s)',
        })
        .option('keep', {
          type: 'boolean',
          default: false,
          describe: 'leave the cluster and the workload running',
        })
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'print result.json instead of the summary',
        })
        .option('open', { type: 'boolean', default: false, describe: 'open the report in the browser' })
        .option('ledger', {
          type: 'boolean',
          default: false,
          describe: 'write requests.csv: of each request its id, when it was due, sent and ended, and how',
        })
        .option('metrics-port', {
          type: 'string',
          coerce: numberOption('metrics-port', portRange),
          describe:
            'serve the run’s figures to scrapers (OpenMetrics) at this port of 127.0.0.1; 0: a free one',
        })
        .example('$0 run', 'the market opens: a surge, a pod killed, a node lost')
        .example('$0 run node-loss --speedup 20', 'the same lesson in half the time')
        .example('$0 run --on kind', 'the same on a real Kubernetes in Docker')
        .example(
          '$0 run pod-kill --on existing --context lab --i-mean lab',
          'on a cluster that others use too',
        )
        .example('$0 run my-desk.yaml --out runs --seed 7', 'your own scenario, repeatable choices')
        .example('$0 run pod-kill --json | jq .verdict', 'for scripts; status goes to standard error')
        .epilogue(
          'Exit codes: 0 all expectations held, 99 one failed, 104 scenario invalid, 105 interrupted,\n' +
            '106 no cluster, 107 a fault did not land, 108 the generator could not keep up.\n' +
            'Ctrl-C once ends the run cleanly with a report of what was seen; twice ends it at once.',
        ),
    async (options) => {
      const { runCommand } = await import('../run-command.ts');
      await runCommand(options, context);
    },
  );
}
