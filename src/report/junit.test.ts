import { expect, test } from 'vitest';
import { syntheticJournal } from '../../test/support/synthetic-journal.ts';
import { analyse } from '../analysis/index.ts';
import { renderJunit } from './junit.ts';

const findings = () =>
  analyse(syntheticJournal({ expectations: ['availability >= 99%', 'faults.outage < 10s'] }));

test('each expectation is a test case, and the run itself is one', () => {
  const xml = renderJunit(findings());
  expect(xml).toMatch(/<testsuite name="openbell.market-open" tests="3" failures="1" errors="0"/);
  expect(xml).toContain('name="faults.outage &lt; 10s" time="0"/>');
  expect(xml).toMatch(
    /name="availability &gt;= 99%" time="0">\s*<failure type="expectation" message="observed [\d.]+ %"\/>/,
  );
  expect(xml).toContain('name="the run completes and can be trusted"');
});

test('a run that cannot be trusted is in error, whatever its expectations say', () => {
  const untrusted = { ...findings(), verdict: 'untrusted' as const, distrust: ['The clock ran backwards.'] };
  const xml = renderJunit(untrusted);
  expect(xml).toContain('errors="1"');
  expect(xml).toMatch(/<error type="untrusted" message="[^"]+">The clock ran backwards\.<\/error>/);
});

test('what XML cannot hold does not get into it', () => {
  const hostile = findings();
  hostile.run.scenario.name = 'a"/><x>&\u0000\u001b]]>\uD800';
  const xml = renderJunit(hostile);
  expect(xml).toContain('name="openbell.a&quot;/&gt;&lt;x&gt;&amp;\uFFFD\uFFFD]]&gt;\uFFFD"');
  expect(Array.from(xml).filter((character) => character < ' ' && !'\t\n\r'.includes(character))).toEqual([]);
});

test('a rule on statistics is skipped, not passed', () => {
  const xml = renderJunit(analyse(syntheticJournal({ trialExpectations: ['outage.p90 < 8s'] })));
  expect(xml).toMatch(/tests="2" failures="0" errors="0" skipped="1"/);
  expect(xml).toMatch(/name="outage.p90 &lt; 8s" time="0">\s*<skipped message="judged over trials/);
});
