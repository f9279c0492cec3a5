import { expect, test } from 'vitest';
import { z } from 'zod';
import { madeFaults, madeTrial, madeTrials } from '../../../test/support/made-trials.ts';
import { analyseTrials, parseStatisticRule } from '../../analysis/index.ts';
import { renderTrials, trialsResultOf, trialsSummaryOf, type AboutTrials } from '../index.ts';
import { axisOver, tickTexts } from './axis.ts';
import { trialsSchema } from './trials-schema.ts';

const about: AboutTrials = {
  openbellVersion: '0.1.0',
  startedAt: '2026-11-21T09:30:00.000Z',
  seed: 7,
  speedup: 10,
  provider: 'embedded',
  cluster: 'fresh',
  until: null,
};
const hostile = '</script><script>alert(1)</script>';
const set = madeTrials([8_100, 8_300, 7_900, 8_600, 8_200, 8_000, 8_400, 9_900, null]);
set.trials.push(
  madeTrial(10, {}, { counts: false, verdict: 'untrusted', verdictSentence: hostile, folder: 'a b' }),
);
set.scenario.title = hostile;
const rules = ['outage.p90 < 8s', 'availability.min >= 90%'].map((rule) =>
  parseStatisticRule(rule, madeFaults),
);
const findings = analyseTrials(set, { planned: 10, ended: null, rules });

test('the page shows each measure that varies, each trial and each rule, and needs nothing else', () => {
  const page = renderTrials(findings, about);
  expect(page.match(/<figure/g)).toHaveLength(2);
  expect(page).toContain('<strong>node: outage: 8.25\u00a0s [');
  expect(page).toContain('Trial 8: 9.9\u00a0s');
  expect(page.match(/<circle class="dot"[^>]*><title>/g)).toHaveLength(16);
  expect(page).toContain('not known in 1');
  expect(page).toContain('trial-3/report.html');
  expect(page).toContain('a%20b/report.html');
  expect(page).toContain('set aside');
  expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  expect(page).not.toContain(hostile);
  expect(Buffer.byteLength(page)).toBeLessThan(500_000);
});

test('trials.json holds what its schema says, and the same figures', () => {
  const result = trialsResultOf(findings, about);
  expect(() => trialsSchema.parse(JSON.parse(JSON.stringify(result)))).not.toThrow();
  expect(result.measures.find(({ name }) => name === 'fault.node.outage')).toMatchObject({
    n: 8,
    missing: 1,
    median: 8250,
  });
  expect(result.trials[8]?.values['fault.node.outage']).toBeNull();
  expect(result.expectations).toMatchObject([
    { held: false, observed: null },
    { held: true, observed: 0.99 },
  ]);
});

test('trials.json has its schema in docs/trials.schema.json (vitest -u writes it anew)', async () => {
  const schema = { $id: 'https://openbell.dev/v1/trials.schema.json', ...z.toJSONSchema(trialsSchema) };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
    '../../../docs/trials.schema.json',
  );
});

test('the summary has at most 25 lines of the terminal’s width, the outage first', () => {
  const text = trialsSummaryOf(findings, { color: false, reportPath: '/r/trials.html', width: 80 });
  const lines = text.split('\n');
  expect(lines.length).toBeLessThanOrEqual(25);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines[lines.findIndex((line) => line.startsWith('measure')) + 1]).toMatch(/^node: outage +8\.25 s/);
  expect(lines.at(-1)).toBe('report    /r/trials.html');
});

test('an axis has round ticks inside its range, also where all values are the same', () => {
  const { at, ticks } = axisOver([7_900, 9_900], { from: 0, to: 100 });
  expect(ticks).toEqual([8_000, 9_000, 10_000]);
  expect(at(7_900)).toBeGreaterThan(0);
  for (const value of [0, 5, 0.99]) {
    const same = axisOver([value, value], { from: 0, to: 100 });
    expect(same.at(value)).toBeCloseTo(50, 0);
    expect(same.ticks.length).toBeGreaterThan(0);
  }
});

test.each([
  { ticks: [246, 248], unit: 'ms', texts: ['246 ms', '248 ms'] },
  { ticks: [1.5, 1.52, 1.54], unit: 'ms', texts: ['1.50 ms', '1.52 ms', '1.54 ms'] },
  { ticks: [11_802, 11_802.5], unit: 'ms', texts: ['11.8020 s', '11.8025 s'] },
  {
    ticks: [0.1231, 0.1232],
    unit: 'ratio',
    texts: ['12.31 %', '12.32 %'],
  },
  { ticks: [7.01, 7.02], unit: 'count', texts: ['7.01', '7.02'] },
] as const)('ticks $ticks of $unit can be told apart', ({ ticks, unit, texts }) => {
  expect(tickTexts(ticks, unit).map((text) => text.replaceAll('\u00a0', ' '))).toEqual(texts);
});
