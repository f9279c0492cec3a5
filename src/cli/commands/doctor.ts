import type { Argv } from 'yargs';
import { exitCodes } from '../../support/index.ts';
import type { Context } from '../context.ts';

/** `openbell doctor`: whether this machine has what a run needs. */
export function addDoctor(yargs: Argv, context: Context): Argv {
  return yargs.command(
    'doctor',
    'check whether this machine has what a run needs',
    (command) => command.example('$0 doctor', 'one line per check, with what to do where one fails'),
    async () => {
      const { examineMachine } = await import('../../harness/index.ts');
      const checks = await examineMachine();
      const marks = { ok: '✓', warning: '!', failed: '✗' };
      for (const { name, state, detail, hint } of checks) {
        context.stdout.write(`${marks[state]} ${name}: ${detail}\n`);
        if (hint !== undefined) context.stdout.write(`    ${hint}\n`);
      }
      if (checks.some(({ state }) => state === 'failed')) context.exitCode = exitCodes.clusterNotProvided;
    },
  );
}
