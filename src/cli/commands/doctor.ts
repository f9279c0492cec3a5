import type { Argv } from 'yargs';
import { exitCodes } from '../../support/index.ts';
import type { Context } from '../context.ts';

/** `openbell doctor`: whether this machine has what a run needs. */
export function addDoctor(yargs: Argv, context: Context): Argv {
  return yargs.command(
    'doctor',
    'check whether this machine has what a run needs',
    (command) =>
      command
        .option('on', {
          choices: ['embedded', 'kind'] as const,
          default: 'embedded' as const,
          describe: 'for runs where',
        })
        .example('$0 doctor', 'one line per check, with what to do where one fails')
        .example('$0 doctor --on kind', 'Docker, kind and their limits too'),
    async ({ on }) => {
      const { examineMachine } = await import('../../harness/index.ts');
      const checks = await examineMachine(on);
      const marks = { ok: '✓', warning: '!', failed: '✗' };
      for (const { name, state, detail, hint } of checks) {
        context.stdout.write(`${marks[state]} ${name}: ${detail}\n`);
        if (hint !== undefined) context.stdout.write(`    ${hint}\n`);
      }
      if (checks.some(({ state }) => state === 'failed')) context.exitCode = exitCodes.clusterNotProvided;
    },
  );
}
