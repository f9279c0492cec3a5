import type { Argv } from 'yargs';
import type { Context } from '../context.ts';
import { kindImageOption } from '../kind-option.ts';
import { loadScenario } from '../../scenario/index.ts';

/** `openbell up`: a cluster to play with. */
export function addUp(yargs: Argv, { stdout, stderr }: Context): Argv {
  return yargs.command(
    'up [name]',
    'start a cluster to play with; it stays until `openbell down`',
    (command) =>
      command
        .positional('name', { type: 'string', default: 'lab', describe: 'what to call it' })
        .option('for', {
          type: 'string',
          conflicts: ['nodes', 'speedup'],
          describe: 'a scenario: workers and timers are as it asks, so that its runs can use the cluster',
        })
        .option('nodes', { type: 'number', defaultDescription: '3', describe: 'workers' })
        .option('speedup', {
          type: 'number',
          defaultDescription: '1',
          describe: 'divides every timer of Kubernetes',
        })
        .option('on', {
          choices: ['embedded', 'kind'] as const,
          default: 'embedded' as const,
          describe: 'where it runs',
        })
        .option('kind-image', kindImageOption)
        .example('$0 up', 'three workers, Kubernetes’ own timings')
        .example('$0 up fast --speedup 10 --nodes 5', 'a node is NotReady after 5 s instead of 50 s')
        .example(
          '$0 up --on kind --for market-open',
          'a real Kubernetes in Docker; runs of market-open, and of scenarios with the same workers and timers, use it',
        )
        .example('kubectl --kubeconfig "$($0 up)" get nodes -w', 'standard output is the kubeconfig’s path'),
    async ({ name, nodes = 3, speedup = 1, for: scenario, ...where }) => {
      const { startLab } = await import('../../harness/index.ts');
      const { providerFor } = await import('../providers.ts');
      const { kubeconfigPath, image } = await startLab({
        provider: providerFor(where),
        name,
        like:
          scenario === undefined
            ? { nodes, speedup }
            : { scenario: await loadScenario(scenario, { on: where.on }) },
        onProgress: (message) => stderr.write(`${message}\n`),
      });
      stdout.write(`${kubeconfigPath}\n`);
      stderr.write(
        `\ncluster "${name}" runs. Try:\n` +
          `  export KUBECONFIG=${kubeconfigPath}\n` +
          `  kubectl get nodes -o wide\n` +
          `  kubectl create deployment api --image ${image} --replicas 3 --dry-run=client -o yaml | kubectl apply -f -\n` +
          `  openbell down ${name}${where.on === 'embedded' ? '' : ` --on ${where.on}`}\n`,
      );
    },
  );
}
