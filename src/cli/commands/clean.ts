import type { Argv } from 'yargs';
import type { Context } from '../context.ts';
import { interruptible } from '../interruptible.ts';

/** `openbell clean --context …`: removes what killed runs left in a shared cluster. */
export function addClean(yargs: Argv, context: Context): Argv {
  return yargs.command(
    'clean',
    'remove what runs that were killed left in a shared cluster',
    (command) =>
      command
        .option('context', { type: 'string', demandOption: true, describe: 'the kubeconfig’s context' })
        .option('kubeconfig', { type: 'string', describe: 'the file (default: KUBECONFIG, ~/.kube/config)' })
        .option('namespace', { type: 'string', describe: 'look only there' })
        .option('run', { type: 'string', describe: 'only what this run left (its id is in its journal)' })
        .option('even-if-alive', {
          type: 'boolean',
          default: false,
          describe: 'also what belongs to runs that go on; they fail then',
        })
        .example('$0 clean --context lab --namespace team-a', 'says what it removed')
        .epilogue(
          'It removes what carries the label openbell.dev/run. A run that goes on renews a Lease beside its\n' +
            'objects every 10 s and is left alone; one that was killed elsewhere counts as alive for a minute.',
        ),
    async ({ context: name, kubeconfig, namespace, run, evenIfAlive }) => {
      const { cleanCluster } = await import('../../harness/index.ts');
      const interruption = interruptible(context, 'clean-up');
      const signal = interruption.clean;
      const where = { context: name, kubeconfig, namespace, run };
      const { removed, alive } = await cleanCluster({ ...where, evenIfAlive, signal });
      interruption.over();
      for (const line of removed) context.stdout.write(`removed ${line}\n`);
      for (const { runId, namespace, holder } of alive) {
        context.stderr.write(
          `left alone: run ${runId} in namespace ${namespace} is alive (${holder}); --even-if-alive removes it, too\n`,
        );
      }
      if (removed.length + alive.length === 0) context.stderr.write('nothing of openbell is there\n');
    },
  );
}
