/** `npm test`: everything. What is named after it goes to Vitest, which then runs that alone. */
import { closeWith, runSuite } from './support/suites.ts';

const named = process.argv.slice(2);
if (named.length > 0) closeWith([await runSuite('vitest', ['run', ...named])]);
else {
  closeWith([
    await runSuite('vitest', ['run', '--project', '!kind']),
    await runSuite(process.execPath, ['test/kind/run.ts']),
  ]);
}
