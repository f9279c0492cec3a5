import type { Argv } from 'yargs';
import type { Context } from '../context.ts';

/** `openbell rbac <scenario>`: the rights that a run on a shared cluster needs, as manifests. */
export function addRbac(yargs: Argv, { stdout }: Context): Argv {
  return yargs.command(
    'rbac [scenario]',
    'print the Role that a run on a shared cluster needs',
    (command) =>
      command
        .positional('scenario', {
          type: 'string',
          default: 'market-open',
          describe: 'a built-in name or a file',
        })
        .option('namespace', {
          type: 'string',
          default: 'openbell',
          describe: 'where runs are to take place',
        })
        .option('service-account', {
          type: 'string',
          describe: 'who is to have it; left out: a user called WHO, to be replaced',
        })
        .example(
          '$0 rbac pod-kill --namespace lab | kubectl apply -f -',
          'for whoever administers the cluster',
        )
        .epilogue('A ClusterRole is printed only where the scenario’s faults choose nodes.'),
    async ({ scenario, namespace, serviceAccount }) => {
      const { loadScenario } = await import('../../scenario/index.ts');
      const { rolesForScenario } = await import('../../harness/index.ts');
      const { stringify } = await import('yaml');
      const loaded = await loadScenario(scenario, { on: 'existing' });
      const roles = rolesForScenario(loaded, { namespace, serviceAccount: serviceAccount ?? null });
      stdout.write(roles.map((role) => stringify(role)).join('---\n'));
    },
  );
}
