/** `npm run test:kind`: the tests on kind, then the contract suite on a kind cluster of its own. */
import { spawnSync } from 'node:child_process';
import { effectiveTimings, kindProvider } from '../../src/cluster/index.ts';
import { sampleApiImage } from '../../src/workload/index.ts';
import { whyNoKind } from './available.ts';

const why = await whyNoKind();
if (why !== null) {
  console.log(`kind: nothing was tested: ${why}`);
  process.exit(0);
}
const tests = spawnSync('vitest', ['run', '--project', 'kind'], { stdio: 'inherit' });

const workers = ['worker-1', 'worker-2', 'worker-3'];
const cluster = await kindProvider({ image: process.env['OPENBELL_KIND_IMAGE'] }).create(
  {
    name: `contract-${process.pid}`,
    workers: workers.map((name) => ({
      name,
      cpuMilli: 2000,
      memoryBytes: 2 ** 31,
      maxPods: 110,
      labels: {},
    })),
    timings: effectiveTimings(1),
  },
  { keep: false, signal: new AbortController().signal, onProgress: (message) => console.log(message) },
);
try {
  const image = await cluster.loadImage(sampleApiImage());
  const given = ['--on', 'kind', '--kubeconfig', cluster.kubeconfigPath(), '--image', image];
  const contract = spawnSync(process.execPath, ['test/contract/run.ts', ...given], { stdio: 'inherit' });
  process.exitCode = (tests.status ?? 1) + (contract.status ?? 1) === 0 ? 0 : 1;
} finally {
  await cluster.destroy();
}
