/**
 * `npm run test:contract -- --on embedded` runs every case against an embedded cluster of its own, `--on kind
 * [--kind-image NAME] [--timers 10]` against one of kind's, with its control plane's timers divided, or, with `--cluster NAME`, against
 * one that `openbell up --on kind` made, `--on existing --kubeconfig FILE --image NAME` against a cluster that runs.
 * `--image` names an image that has `node`. What else is given goes to Vitest.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { choiceVariable, type ContractChoice, type Target } from './support/target.ts';

const clusters: readonly Target['on'][] = ['embedded', 'kind', 'existing'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    on: { type: 'string', default: 'embedded' },
    kubeconfig: { type: 'string' },
    image: { type: 'string' },
    'kind-image': { type: 'string' },
    speedup: { type: 'string' },
    timers: { type: 'string' },
    cluster: { type: 'string' },
  },
});
const on = clusters.find((name) => name === values.on);
if (on === undefined) {
  console.error(`--on ${values.on}: expected one of ${clusters.join(', ')}`);
  process.exit(2);
}
const choice: ContractChoice = {
  on,
  ...(values.kubeconfig !== undefined && { kubeconfig: values.kubeconfig }),
  ...(values.image !== undefined && { image: values.image }),
  ...(values['kind-image'] !== undefined && { kindImage: values['kind-image'] }),
  ...(values.cluster !== undefined && { cluster: values.cluster }),
  ...(values.timers !== undefined && { timers: Number(values.timers) }),
  speedup: Number(values.speedup ?? (on === 'embedded' ? 10 : 1)),
};
const { status } = spawnSync('vitest', ['run', '--project', 'contract', ...positionals], {
  stdio: 'inherit',
  env: { ...process.env, [choiceVariable]: JSON.stringify(choice) },
});
process.exitCode = status ?? 1;
