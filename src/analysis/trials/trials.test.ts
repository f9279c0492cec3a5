import { describe, expect, test } from 'vitest';
import { madeFaults, madeTrial, madeTrials } from '../../../test/support/made-trials.ts';
import { syntheticJournal } from '../../../test/support/synthetic-journal.ts';
import { analyse } from '../analyse.ts';
import {
  analyseTrials,
  findMeasure,
  isEnough,
  measuresFor,
  parseStatisticRule,
  parseUntil,
  trialOf,
} from './index.ts';

const outages = [8_100, 8_300, 7_900, 8_600, 8_200, 8_000, 8_400, 9_900];
const judged = (
  set = madeTrials(outages),
  rules: string[] = [],
  planned = set.trials.length,
  ended: string | null = null,
) => analyseTrials(set, { planned, ended, rules: rules.map((rule) => parseStatisticRule(rule, madeFaults)) });

describe('measures', () => {
  test('are every metric of the scenario, those of all faults only where there are several', () => {
    const names = (faults: typeof madeFaults) => measuresFor(faults).map(({ name }) => name);
    expect(names(madeFaults)).toEqual(
      expect.arrayContaining(['fault.pod.outage', 'faults.outage', 'response.p99']),
    );
    expect(names(madeFaults)).not.toContain('faults.kill-pod.outage');
    expect(names(madeFaults.slice(0, 1))).not.toContain('faults.outage');
    expect(names([...madeFaults, { id: 'more', type: 'kill-pod' }])).toContain('faults.kill-pod.outage');
  });

  test('of faults may be named alone, and know which way is better', () => {
    expect(findMeasure('outage', madeFaults)).toMatchObject({
      name: 'faults.outage',
      unit: 'ms',
      better: 'lower',
    });
    expect(findMeasure('availability', [])).toMatchObject({ better: 'higher', unit: 'ratio' });
    expect(findMeasure('pods.max', [])).toMatchObject({ better: null });
    expect(findMeasure('outage', [])).toBeUndefined();
  });

  test('are what expectations on the same run observe', () => {
    const findings = analyse(
      syntheticJournal({ expectations: ['availability >= 1%', 'faults.outage < 1s'] }),
    );
    const { values, counts } = trialOf(findings, { number: 1, folder: 'trial-01' });
    for (const { metric, observed } of findings.expectations) expect(values[metric]?.value).toBe(observed);
    expect(counts).toBe(true);
    const alone = trialOf(analyse(syntheticJournal({ podKill: false })), { number: 1, folder: 'trial-01' });
    expect(alone.values['faults.outage']).toEqual(alone.values['fault.kill-node-1.outage']);
    expect(alone.values['faults.outage']?.value).toBeGreaterThan(0);
    expect(values['generator.saturatedSeconds']).toEqual({ value: 0, problem: null });
  });

  test('a run that cannot be trusted does not count', () => {
    const saturatedSeconds = Array.from({ length: 40 }, (_, second) => second);
    const findings = analyse(syntheticJournal({ saturatedSeconds }));
    expect(trialOf(findings, { number: 1, folder: 'trial-01' })).toMatchObject({
      verdict: 'untrusted',
      counts: false,
    });
  });
});

describe('rules on statistics', () => {
  test.each([
    ['fault.node.outage.median < 8.3s', 8_250, true],
    ['outage.p90 < 8.5s', 8_990, false],
    ['fault.node.outage.max <= 9.9s', 9_900, true],
    ['availability.mean >= 98%', 0.99, true],
  ])('%s observes %f', (rule, observed, held) => {
    const [result] = judged(madeTrials(outages), [rule]).expectations;
    expect(result).toMatchObject({ rule, held, problem: null });
    expect(result?.observed).toBeCloseTo(observed, 9);
  });

  test('are not judged when a trial has no value: it may be the worst', () => {
    const findings = judged(madeTrials([...outages, null]), ['outage.median < 20s']);
    expect(findings.expectations[0]).toMatchObject({ held: false, observed: null });
    expect(findings.expectations[0]?.problem).toContain('trial 9, the service was not seen good again');
    expect(findings.measures.find(({ name }) => name === 'fault.node.outage')).toMatchObject({
      summary: { n: 8 },
      missing: [{ trial: 9 }],
    });
  });

  test.each([
    ['outage < 8s', 'a statistic at the end'],
    ['fault.nodes.outage.p90 < 8s', 'did you mean fault.node.outage'],
    ['outage.p90 < 8', 'expected a duration'],
    ['outage.p90 8s', 'expected a rule'],
    ['', 'a statistic'],
  ])('%j is refused: %s', (rule, message) => {
    expect(() => parseStatisticRule(rule, madeFaults)).toThrow(message);
  });
});

describe('stopping early', () => {
  const enough = (rule: string, values: number[]) =>
    isEnough(parseUntil(rule, madeFaults), madeTrials(values).trials);

  test('waits for the interval to be as narrow as asked', () => {
    expect(enough('outage:1%', outages)).toBeNull();
    expect(enough('outage:10%', outages)).toMatch(
      /^faults.outage is known well enough after 8 trials: 8.25 s ± /,
    );
    expect(enough('outage:1s', outages)).not.toBeNull();
    expect(enough('outage:1s', outages.slice(0, 5))).toBeNull();
  });

  test('does not rest on trials that do not count, nor on those without a value', () => {
    const until = parseUntil('outage:50%', madeFaults);
    const { trials } = madeTrials(outages);
    expect(isEnough(until, [...trials, madeTrial(9, { 'faults.outage': null })])).toBeNull();
    expect(
      isEnough(
        until,
        trials.map((trial) => ({ ...trial, counts: false })),
      ),
    ).toBeNull();
  });

  test.each([['outage'], ['otage:5%'], ['outage:0%'], ['availability:3s'], [':5%'], ['outage:']])(
    '%j is refused',
    (rule) => {
      expect(() => parseUntil(rule, madeFaults)).toThrow('--until');
    },
  );
});

describe('the verdict over trials', () => {
  test('passes when every trial did', () => {
    expect(judged()).toMatchObject({ verdict: 'passed', exitCode: 0 });
  });

  test('fails with a rule, or with a trial where no rule is given', () => {
    expect(judged(madeTrials(outages), ['outage.p90 < 1s'])).toMatchObject({
      verdict: 'failed',
      exitCode: 99,
    });
    const set = madeTrials(outages);
    set.trials[3] = madeTrial(4, {}, { verdict: 'failed', exitCode: 99 });
    expect(judged(set)).toMatchObject({ verdict: 'failed', exitCode: 99 });
    expect(judged(set).verdictSentence).toContain('out of 8 trials: 4');
    expect(judged(set, ['availability.min > 1%']).expectations[0]?.held).toBe(false);
  });

  test('demands the scenario’s own rules beside its rules on statistics, unless told not to', () => {
    const set = madeTrials(outages);
    set.trials[3] = madeTrial(4, { 'fault.node.outage': 8_000 }, { verdict: 'failed', exitCode: 99 });
    const rules = [parseStatisticRule('fault.node.outage.p90 < 20s', madeFaults)];
    const over = { planned: 8, ended: null, rules };
    expect(analyseTrials(set, { ...over, ownMustHold: true })).toMatchObject({
      verdict: 'failed',
      exitCode: 99,
      expectations: [{ held: true }],
    });
    expect(analyseTrials(set, over)).toMatchObject({ verdict: 'passed', exitCode: 0 });
  });

  test('is untrusted when more trials are set aside than count', () => {
    const set = madeTrials(outages);
    set.trials = set.trials.map((trial, index) =>
      index < 3 ? trial : { ...trial, counts: false, verdict: 'untrusted', exitCode: 108 },
    );
    expect(judged(set)).toMatchObject({ verdict: 'untrusted', exitCode: 108 });
    expect(judged(set).verdictSentence).toBe(
      'Only 3 of 8 trials can be trusted (5 untrusted). The figures are those of all 8 that ran to their end, and as doubtful.',
    );
  });

  test('says when trials are missing, and that an early end is none', () => {
    expect(judged(madeTrials(outages), [], 20)).toMatchObject({ verdict: 'interrupted', exitCode: 105 });
    const early = judged(madeTrials(outages), [], 20, 'outage is known well enough.');
    expect(early).toMatchObject({ verdict: 'passed', exitCode: 0 });
    expect(early.verdictSentence).toContain('8 of 20 trials');
  });

  test('passes on what went wrong in a trial', () => {
    const set = madeTrials(outages);
    set.trials[0] = madeTrial(1, {}, { verdict: 'error', exitCode: 106, counts: false });
    expect(judged(set)).toMatchObject({ verdict: 'error', exitCode: 106 });
  });
});
