/**
 * `npm run test:kind`: the tests on kind, then the contract suite on a kind cluster of its own, whose timers run ten times as fast so
 * that a lost node is emptied within the minute.
 */
import { closeWith, runSuite } from '../support/suites.ts';
import { whyNoKind } from './available.ts';

const why = await whyNoKind();
if (why !== null) {
  console.log(`kind: nothing was tested: ${why}`);
  closeWith([]);
} else {
  closeWith([
    await runSuite('vitest', ['run', '--project', 'kind']),
    await runSuite(process.execPath, ['test/contract/run.ts', '--on', 'kind', '--timers', '10']),
  ]);
}
