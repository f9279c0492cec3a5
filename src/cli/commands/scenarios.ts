import type { Argv } from 'yargs';
import type { Context } from '../context.ts';

/** `openbell scenarios`: what is built in. */
export function addScenarios(yargs: Argv, { stdout }: Context): Argv {
  return yargs.command(
    'scenarios',
    'list the built-in scenarios',
    (command) => command.example('$0 scenarios', 'names and what each shows'),
    async () => {
      const { builtInScenarios } = await import('../../scenario/index.ts');
      const all = await builtInScenarios();
      const width = Math.max(...all.map(({ name }) => name.length));
      for (const { name, title } of all) stdout.write(`${name.padEnd(width)}  ${title}\n`);
    },
  );
}
