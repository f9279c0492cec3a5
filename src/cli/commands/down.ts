import type { Argv } from 'yargs';
import type { Context } from '../context.ts';

/** `openbell down`: ends clusters that were started with `up` or kept by a run. */
export function addDown(yargs: Argv, { stderr }: Context): Argv {
  return yargs.command(
    'down [name]',
    'end a cluster that `openbell up` or `run --keep` left running',
    (command) =>
      command
        .positional('name', { type: 'string', default: 'lab', describe: 'which one' })
        .option('all', { type: 'boolean', default: false, describe: 'every one that no run uses' })
        .option('on', {
          choices: ['embedded', 'kind'] as const,
          default: 'embedded' as const,
          describe: 'where it runs',
        })
        .example('$0 down', 'ends the cluster "lab"')
        .example('$0 down --all', 'ends every one')
        .example('$0 down --all --on kind', 'and what killed runs left of kind clusters'),
    async ({ name, all, on }) => {
      const { endLabs } = await import('../../harness/index.ts');
      const { providerFor } = await import('../providers.ts');
      const ended = await endLabs(providerFor({ on }), all ? 'all' : name);
      stderr.write(ended.length === 0 ? 'no cluster runs\n' : `ended: ${ended.join(', ')}\n`);
    },
  );
}
