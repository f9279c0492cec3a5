import { expect, test } from 'vitest';
import { z } from 'zod';
import { madeFaults, madeTrials } from '../../../test/support/made-trials.ts';
import { syntheticJournal } from '../../../test/support/synthetic-journal.ts';
import {
  analyse,
  combineLanes,
  compare,
  lanesOf,
  parseGate,
  type Difference,
  type Side,
} from '../../analysis/index.ts';
import { comparisonResultOf, comparisonSummaryOf, renderComparison } from '../index.ts';
import { comparisonSchema } from './compare-schema.ts';
import { answerInWords, differenceSentence, signed } from './words.ts';

const before = [8_100, 8_300, 7_900, 8_600, 8_200, 8_000, 8_400, 8_500];
const lanes = combineLanes([lanesOf(analyse(syntheticJournal()))]);
const hostile = '</script><script>alert(1)</script>';
const side = (label: string, outages: number[]): Side => ({
  label,
  set: madeTrials(outages),
  lanes,
  circumstances: { machine: label },
});
const faster = before.map((outage, index) => outage - 3_100 + (index % 3) * 20);
const comparison = compare(side(hostile, before), side('branch', faster), [
  parseGate('outage +10%', madeFaults, madeFaults),
]);
const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const made: Difference = {
  name: 'fault.node.recovery',
  unit: 'ms',
  better: 'lower',
  definition: '',
  a: { n: 8, min: 1, q1: 1, median: 1, q3: 1, max: 9, mean: 1, interval: null },
  b: { n: 8, min: 1, q1: 1, median: 1, q3: 1, max: 9, mean: 1, interval: null },
  difference: -3_100,
  relative: null,
  interval: { low: -3_800, high: -2_600 },
  p: 0.001,
  adjustedP: 0.01,
  judgement: 'better',
  problem: null,
};

test.each<[Partial<Difference>, string]>([
  [{}, 'node heals 3.1 s [2.6 s, 3.8 s] faster'],
  [
    { difference: 3_100, interval: { low: 2_600, high: 3_800 }, judgement: 'worse' },
    'node heals 3.1 s [2.6 s, 3.8 s] slower',
  ],
  [{ name: 'fault.node.lost', unit: 'count', difference: 12, interval: null }, 'node costs 12 requests more'],
  [{ name: 'faults.kill-pod.outage' }, 'the longest outage is 3.1 s [2.6 s, 3.8 s] shorter (kill-pod)'],
  [
    { name: 'availability', unit: 'ratio', difference: 0.0042, interval: { low: 0.001, high: 0.006 } },
    '0.42 pp [0.1 pp, 0.6 pp] more of the requests end ok',
  ],
  [{ name: 'response.p99', difference: 20, interval: null }, 'Response time, p99: 20 ms longer'],
  [{ judgement: 'single' }, 'node heals 3.1 s [2.6 s, 3.8 s] faster, in single runs: this may be chance'],
  [
    { judgement: 'not shown', difference: -100, interval: { low: -500, high: 300 }, p: 0.62 },
    'node: recovery: no difference is shown (−100 ms [−500 ms, +300 ms], p 0.62)',
  ],
  [
    { judgement: 'unknown', difference: null, problem: 'no run of A counts' },
    'node: recovery: no run of A counts',
  ],
  [{ judgement: 'same' }, 'node: recovery: the same in every run'],
])('%j reads: %s', (over, sentence) => {
  expect(plain(differenceSentence({ ...made, ...over }))).toBe(sentence);
});

test('differences carry their sign, and shares are told in percentage points', () => {
  expect(
    [signed(0, 'ms'), signed(-1_500, 'ms'), signed(3, 'count'), signed(-0.001, 'ratio')].map(plain),
  ).toEqual(['±0 ms', '−1.5 s', '+3', '−0.1 pp']);
});

test('the page lays the lanes over each other, says what is better, and needs nothing else', () => {
  const page = renderComparison(comparison, '0.1.0');
  expect(page.match(/id="lane-/g)).toHaveLength(5);
  expect(page.match(/<path\s+class="line"/g)?.length).toBeGreaterThanOrEqual(10);
  expect(plain(page)).toMatch(/better:<\/span>\s+the outage after node is 3\.\d+ s \[[^\]]+\] shorter\./);
  expect(page).toContain('<code>outage +10%</code>');
  expect(page).not.toContain(hostile);
  expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  expect(page).not.toContain('NaN');
  expect(Buffer.byteLength(page)).toBeLessThan(600_000);
});

test('the terminal has the same in at most 25 lines of its width', () => {
  const lines = comparisonSummaryOf(comparison, { color: false, reportPath: '/r/c.html', width: 80 }).split(
    '\n',
  );
  expect(lines.length).toBeLessThanOrEqual(25);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines.join('\n')).toContain('B serves customers better: the outage after node is 3.');
  expect(lines.join('\n')).toContain('✓ outage +10%: 8.25 s → ');
  expect(lines.at(-1)).toBe('report    /r/c.html');
});

test('the comparison as JSON holds what its schema says, and the same figures', () => {
  const result = comparisonSchema.parse(JSON.parse(JSON.stringify(comparisonResultOf(comparison))));
  expect(result).toMatchObject({
    a: { label: hostile, scenario: 'made', runs: 8, used: 8, trusted: true },
    verdict: 'passed',
    exitCode: 0,
    gates: [{ rule: 'outage +10%', held: true }],
    unlike: [{ what: 'machine', a: hostile, b: 'branch' }],
  });
  const outage = result.differences.find(({ name }) => name === 'fault.node.outage');
  const same = comparison.differences.find(({ name }) => name === 'fault.node.outage');
  expect(outage).toMatchObject({ judgement: 'better', a: { n: 8, median: 8250 }, problem: null });
  expect(outage?.difference).toBeCloseTo(same?.difference ?? NaN, 6);
  expect(result.answer[0]).toMatch(/^B serves customers better: the outage after node is .* shorter\.$/);
});

test('has its schema in docs/compare.schema.json (vitest -u writes it anew)', async () => {
  const schema = { $id: 'https://openbell.dev/v1/compare.schema.json', ...z.toJSONSchema(comparisonSchema) };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
    '../../../docs/compare.schema.json',
  );
});

test('an answer says who serves customers better, by how much, and what it takes', () => {
  const one = (name: string, over: Partial<Difference>): Difference => ({ ...made, name, ...over });
  const fewer = one('requests.failed', {
    unit: 'count',
    difference: -300,
    interval: { low: -320, high: -280 },
  });
  const slower = one('response.p99', { difference: 40, interval: null, judgement: 'worse' });
  const pods = one('pods.seconds', { unit: 'count', difference: 90, interval: null, judgement: 'worse' });
  const price = one('cost.total', { unit: 'price', difference: -0.6, interval: null });
  const nothing = one('availability', { judgement: 'not shown' });
  expect(answerInWords({ differences: [fewer, pods, price] })).toEqual([
    'B serves customers better: Requests that did not end ok: 300 [280, 320] fewer.',
    'What B takes: Pod-seconds: 90 more; Cost of pods and lost requests: 0.600 less.',
  ]);
  expect(answerInWords({ differences: [slower] })[0]).toMatch(/^A serves customers better; in B /);
  expect(answerInWords({ differences: [fewer, slower] })[0]).toMatch(
    /better in one way and worse in another/,
  );
  expect(answerInWords({ differences: [nothing] })).toEqual([
    'No difference is shown in how customers are served.',
  ]);
  expect(answerInWords({ differences: [one('availability', { judgement: 'single' })] })).toEqual([]);
});
