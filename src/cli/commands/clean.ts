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
        .example('$0 clean --context lab --namespace team-a', 'says what it removed')
        .epilogue(
          'It removes what carries the label openbell.dev/run: also of runs that go on elsewhere; --run picks one.',
        ),
    async ({ context: name, kubeconfig, namespace, run }) => {
      const { cleanCluster } = await import('../../harness/index.ts');
      const interruption = interruptible(context, 'clean-up');
      const signal = interruption.clean;
      const removed = await cleanCluster({ context: name, kubeconfig, namespace, run, signal });
      interruption.over();
      if (removed.length === 0) context.stderr.write('nothing of openbell is there\n');
      for (const line of removed) context.stdout.write(`removed ${line}\n`);
    },
  );
}
