import type { Options } from 'yargs';
import { kindImageOption } from './kind-option.ts';

/** Options of `run` that say where it takes place. */
export const whereOptions = {
  on: {
    choices: ['embedded', 'kind', 'existing'] as const,
    default: 'embedded' as const,
    describe: 'where it runs: processes here, a Kubernetes in Docker, or a cluster of a kubeconfig',
  },
  'kind-image': kindImageOption,
  context: { type: 'string', describe: 'with --on existing: the kubeconfig’s context' },
  'i-mean': { type: 'string', describe: 'the context once more, so that no cluster is used by mistake' },
  kubeconfig: {
    type: 'string',
    describe: 'with --on existing: the file (default: KUBECONFIG, ~/.kube/config)',
  },
  namespace: {
    type: 'string',
    describe: 'with --on existing: one that is there and labelled openbell.dev/runs=allowed',
  },
  image: { type: 'string', describe: 'with --on existing: the sample API’s image in a registry' },
  'load-image': { type: 'string', describe: 'with --on existing: the load generators’ image in a registry' },
  push: { type: 'string', describe: 'with --on existing: a registry to push images to' },
  entry: {
    type: 'string',
    describe: 'with --on existing: URL at which the Service is reached, or port-forward',
  },
} as const satisfies Record<string, Options>;
