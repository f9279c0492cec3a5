import { expect, test } from 'vitest';
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
import { comparisonSummaryOf, renderComparison } from '../index.ts';
import { differenceSentence, signed } from './words.ts';

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
  expect(lines.join('\n')).toContain('✓ the outage after node is 3.');
  expect(lines.join('\n')).toContain('✓ outage +10%: 8.25 s → ');
  expect(lines.at(-1)).toBe('report    /r/c.html');
});
