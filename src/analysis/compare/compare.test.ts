import { describe, expect, test } from 'vitest';
import { madeFaults, madeTrials } from '../../../test/support/made-trials.ts';
import { syntheticJournal } from '../../../test/support/synthetic-journal.ts';
import { analyse } from '../analyse.ts';
import type { TrialSet } from '../trials/index.ts';
import { combineLanes, compare, lanesOf, parseGate, type Side } from './index.ts';

const before = [8_100, 8_300, 7_900, 8_600, 8_200, 8_000, 8_400, 8_500];
const faster = before.map((outage, index) => outage - 3_100 + (index % 3) * 20);

const lanes = combineLanes([]);
function side(of: (number | null)[] | TrialSet, circumstances: Record<string, string> = {}): Side {
  return { label: 'made', set: Array.isArray(of) ? madeTrials(of) : of, lanes, circumstances };
}
const against = (a: (number | null)[], b: (number | null)[], ...gates: string[]) =>
  compare(
    side(a),
    side(b),
    gates.map((gate) => parseGate(gate, madeFaults, madeFaults)),
  );
const outageIn = ({ differences }: ReturnType<typeof compare>) =>
  differences.find(({ name }) => name === 'fault.node.outage');

describe('a difference', () => {
  test('that chance does not explain is called better or worse, with its interval', () => {
    const found = outageIn(against(before, faster));
    expect(found).toMatchObject({ judgement: 'better', relative: expect.closeTo(-0.374, 2) as number });
    expect(found?.difference).toBeCloseTo(-3_080, 9);
    expect(found?.interval?.low).toBeLessThan(-3_080);
    expect(found?.interval?.high).toBeLessThan(-2_500);
    expect(found?.p).toBeCloseTo(2 / 12_870, 6);
    expect(outageIn(against(faster, before))?.judgement).toBe('worse');
  });

  test('of a set and itself is none, and measures that never vary are the same', () => {
    const same = against(before, before);
    expect(outageIn(same)).toMatchObject({ judgement: 'not shown', difference: 0, p: 1 });
    expect(same.differences.find(({ name }) => name === 'availability')?.judgement).toBe('same');
  });

  test('between single runs may be chance', () => {
    const found = outageIn(against([8_000], [4_000]));
    expect(found).toMatchObject({ judgement: 'single', difference: -4_000, interval: null, p: null });
    expect(outageIn(against(before, [4_000]))?.judgement).toBe('single');
  });

  test('is not judged where a run has no value, because that may be the worst', () => {
    const found = outageIn(against(before, [...faster, null]));
    expect(found).toMatchObject({ judgement: 'unknown', adjustedP: null });
    expect(found?.problem).toBe('not known in 1 of 9 runs of B (the service was not seen good again)');
  });
});

describe('a limit', () => {
  test.each([
    ['outage +10%', before, faster, true, 'better'],
    ['outage +10%', faster, before, false, 'p < 0.001'],
    ['fault.node.outage +5s', faster, before, true, '→'],
    ['fault.node.outage +2s', faster, before, false, '→'],
    ['availability -0.5pp', before, faster, true, '99 %'],
    ['outage -1s', before, faster, false, '→'],
    [
      'outage +1%',
      before,
      [...before.slice(1), 9_800].map((outage) => outage + 100),
      true,
      'more trials would tell',
    ],
  ])('%s (row %#)', (gate, a, b, held, said) => {
    const { gates, exitCode, verdict } = against(a, b, gate);
    expect(gates[0]).toMatchObject({ rule: gate, held });
    if (said !== 'better') expect(gates[0]?.reason).toContain(said);
    expect([exitCode, verdict]).toEqual(held ? [0, 'passed'] : [99, 'failed']);
  });

  test('decides alone between single runs, and says so', () => {
    const { gates, exitCode } = against([8_000], [9_000], 'outage +10%');
    expect(gates[0]).toMatchObject({ held: false });
    expect(gates[0]?.reason).toContain('chance is not excluded');
    expect(exitCode).toBe(99);
    expect(against([8_000], [8_700], 'outage +10%').exitCode).toBe(0);
  });

  test('does not hold where it cannot be judged', () => {
    expect(against(before, [null], 'outage +10%').gates[0]).toMatchObject({ held: false });
  });

  test.each([
    'outage',
    'outage 10%',
    'otage +10%',
    'outage +fast',
    'availability +3s',
    'fault.other.outage +1s',
    '',
  ])('%j is refused', (rule) => {
    expect(() => parseGate(rule, madeFaults, madeFaults)).toThrow('--fail-on');
  });
});

test('sides share the measures of faults that both have, and name what else differs', () => {
  const a = side({ ...madeTrials(before), faults: madeFaults.slice(1) }, { openbell: '1', machine: 'same' });
  const b = side(before, { openbell: '2', machine: 'same', provider: 'kind' });
  const { differences, unlike } = compare(a, b, []);
  expect(differences.some(({ name }) => name === 'fault.node.outage')).toBe(true);
  expect(differences.some(({ name }) => name.startsWith('fault.pod'))).toBe(false);
  expect(unlike).toEqual([
    ['openbell', '1', '2'],
    ['provider', 'not known', 'kind'],
  ]);
});

test('without a run that counts nothing is compared', () => {
  const none = madeTrials(before);
  none.trials = none.trials.map((trial) => ({ ...trial, counts: false, verdict: 'error' }));
  const nothing = compare(side(none), side(before), []);
  expect(nothing).toMatchObject({ verdict: 'untrusted', exitCode: 108, counted: { a: 0, b: 8 } });
  expect(nothing.verdictSentence).toContain('nothing to compare');
});

test('runs that cannot be trusted are compared all the same, but the verdict is untrusted', () => {
  const doubtful = madeTrials(faster);
  doubtful.trials = doubtful.trials.map((trial) => ({ ...trial, counts: false, verdict: 'untrusted' }));
  const found = compare(side(before), side(doubtful), [parseGate('outage +10%', madeFaults, madeFaults)]);
  expect(found).toMatchObject({ verdict: 'untrusted', exitCode: 108, untrusted: ['B'] });
  expect(outageIn(found)?.judgement).toBe('better');
  expect(found.gates[0]?.held).toBe(true);
});

test('lanes count seconds from the start of traffic; several are laid over each other by median and quartiles', () => {
  const one = lanesOf(analyse(syntheticJournal()));
  expect(one.offered.slice(0, 2)).toEqual([60, 60]);
  expect(one.offered).toHaveLength(90);
  expect(one.ready.at(0)).toBe(2);
  expect(one.faults.map(({ atS }) => Math.round(atS))).toEqual([35, 55]);
  const run = (bad: number[]) => ({ ...one, bad });
  const { bad, faults } = combineLanes([run([1, 4]), run([3]), run([2, 8])]);
  expect(bad).toEqual([
    { low: 1.5, median: 2, high: 2.5 },
    { low: 5, median: 6, high: 7 },
  ]);
  expect(faults).toEqual(one.faults);
});
