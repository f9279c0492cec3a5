/**
 * `npm run test:kind`: boots one kind cluster, runs the contract suite and the tests of this folder on it, ends it, and counts as a
 * failure whatever the container engine then has that it had not before. What is named after it goes to Vitest, which then runs
 * that alone, without the contract suite.
 */
import { closeWith, runSuite, type Count } from '../support/suites.ts';
import { whyNoKind } from './available.ts';
import { bootShared, clusterVariable } from './shared-cluster.ts';

const why = await whyNoKind();
if (why === null) closeWith(await suites(process.argv.slice(2)));
else {
  console.log(`kind: nothing was tested: ${why}`);
  closeWith([]);
}

async function suites(named: readonly string[]): Promise<Count[]> {
  const shared = await bootShared();
  const counts: Count[] = [];
  if (named.length === 0) {
    const on = ['--on', 'kind', '--cluster', process.env[clusterVariable] ?? ''];
    counts.push(await runSuite(process.execPath, ['test/contract/run.ts', ...on]));
  }
  counts.push(await runSuite('vitest', ['run', '--project', 'kind', ...named]));
  const left = await shared.end();
  for (const thing of left) console.log(`kind: left behind: ${thing}`);
  return [...counts, { passed: left.length === 0 ? 1 : 0, failed: left.length === 0 ? 0 : 1, skipped: 0 }];
}
