import type { Argv } from 'yargs';
import type { Context } from '../context.ts';

/** `openbell validate <scenario…>`: reads scenario files and says what is wrong with them; boots nothing. */
export function addValidate(yargs: Argv, { stdout, stderr }: Context): Argv {
  return yargs.command(
    'validate <scenario..>',
    'check scenario files without running them',
    (command) =>
      command
        .positional('scenario', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'file or built-in name',
        })
        .option('on', {
          choices: ['embedded', 'kind', 'existing'] as const,
          default: 'embedded' as const,
          describe: 'where it is meant to run: only on `existing` may traffic leave this machine',
        })
        .example('$0 validate my-desk.yaml', 'every mistake at once, each with file:line:column')
        .epilogue('Exit code 0 when all are valid, 104 when one is not.'),
    async ({ scenario, on }) => {
      const { loadScenario } = await import('../../scenario/index.ts');
      for (const name of scenario) {
        const { title, warnings } = await loadScenario(name, { on });
        for (const warning of warnings) stderr.write(`warning: ${warning}\n`);
        stdout.write(`${name}: valid (${title})\n`);
      }
    },
  );
}
