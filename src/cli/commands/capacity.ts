import type { Argv } from 'yargs';
import type { Context } from '../context.ts';
import { kindImageOption } from '../kind-option.ts';
import { numberOption, numbersOption, seedRange, speedupRange } from '../number-option.ts';

const secondsRange = { from: 1, to: 600, whole: true };
const podsRange = { from: 1, to: 100, whole: true };

/** `openbell capacity [scenario]`: what so many pods can take. */
export function addCapacity(yargs: Argv, context: Context): Argv {
  return yargs.command(
    'capacity [scenario]',
    'find the highest rate at which so many pods keep an expectation',
    (command) =>
      command
        .positional('scenario', {
          type: 'string',
          default: 'steady',
          describe: 'a built-in name (openbell scenarios) or a file; its requests, pods and cluster are used',
        })
        .option('pods', {
          type: 'string',
          default: '1',
          coerce: numbersOption('pods', podsRange),
          describe: 'numbers of pods, such as 1,2,4',
        })
        .option('expect', {
          type: 'string',
          array: true,
          default: [] as string[],
          describe:
            'what a rate must keep (default: the scenario’s rules about availability and response times)',
        })
        .option('on', {
          choices: ['embedded', 'kind'] as const,
          default: 'embedded' as const,
          describe: 'where it runs',
        })
        .option('kind-image', kindImageOption)
        .option('step', {
          type: 'string',
          default: '3',
          coerce: numberOption('step', secondsRange),
          describe: 'seconds of each closed-loop step',
        })
        .option('hold', {
          type: 'string',
          default: '8',
          coerce: numberOption('hold', secondsRange),
          describe: 'seconds for which each rate is held',
        })
        .option('out', { type: 'string', default: 'reports', describe: 'folder in which its folder is made' })
        .option('seed', {
          type: 'string',
          coerce: numberOption('seed', seedRange),
          describe: 'a whole number that every random choice follows from (default: the scenario’s)',
        })
        .option('speedup', {
          type: 'string',
          coerce: numberOption('speedup', speedupRange),
          describe: 'divides every timer of Kubernetes, 1 to 100 (default: the scenario’s)',
        })
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'print the calibration instead of text',
        })
        .example('$0 capacity', 'what one pod of the sample API is good for')
        .example('$0 capacity market-open --pods 1,2,4', 'and how that grows with pods')
        .example('$0 capacity my-desk.yaml --expect "response.p99 < 50ms"', 'under a stricter rule'),
    async ({ step, hold, pods, ...options }) => {
      const { capacityCommand } = await import('../capacity-command.ts');
      const request = { ...options, pods: [...pods], stepSeconds: step ?? 3, holdSeconds: hold ?? 8 };
      await capacityCommand(request, context);
    },
  );
}
