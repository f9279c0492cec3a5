/** The pages of repeated and of compared runs, in the browser. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  analyse,
  analyseTrials,
  combineLanes,
  compare,
  faultsOf,
  lanesOf,
  parseGate,
  parseStatisticRule,
  trialOf,
  type Side,
} from '../../src/analysis/index.ts';
import { renderComparison, renderTrials } from '../../src/report/index.ts';
import { syntheticJournal } from '../support/synthetic-journal.ts';
import { violations } from './axe.ts';
import { PageReader } from './chromium.ts';
import { hostile } from './findings.ts';

let reader: PageReader;
beforeAll(async () => {
  reader = await PageReader.start();
});
afterAll(async () => {
  await reader.close();
});

const journals = Array.from({ length: 6 }, (_, index) => {
  const saturatedSeconds = index === 5 ? Array.from({ length: 40 }, (_, second) => second) : [];
  return analyse(syntheticJournal({ seed: index + 1, saturatedSeconds }));
});

function side(label: string, all: typeof journals): Side {
  return {
    label,
    set: {
      scenario: { name: 'market-open', title: hostile },
      provider: 'embedded',
      faults: all.flatMap((findings, index) => (index === 0 ? faultsOf(findings) : [])),
      trials: all.map((findings, index) =>
        trialOf(findings, { number: index + 1, folder: `trial-${index + 1}` }),
      ),
    },
    lanes: combineLanes(all.map(lanesOf)),
    circumstances: { machine: label },
  };
}

const a = side(hostile, journals);
const b = side('branch', journals.slice(0, 5).toReversed());
const { faults } = a.set;
const rules = ['outage.p90 < 1s', 'availability.min > 90%'].map((rule) => parseStatisticRule(rule, faults));
const pages = {
  trials: renderTrials(analyseTrials(a.set, { planned: 6, ended: null, rules }), {
    openbellVersion: '0.1.0',
    startedAt: '2026-11-21T09:30:00.000Z',
    seed: 7,
    speedup: 10,
    provider: 'embedded',
    cluster: 'fresh',
    until: 'outage:5%',
  }),
  comparison: renderComparison(compare(a, b, [parseGate('outage +10%', faults, faults)]), '0.1.0'),
};

describe.each(Object.entries(pages))('the page of %s', (_, html) => {
  test('opens without a complaint and asks the network for nothing; what came from outside is text', async () => {
    const { page, complaints, requests } = await reader.open(html);
    expect(await page.locator('figure svg').count()).toBeGreaterThan(10);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
    expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
    expect(await page.locator('h1').textContent()).toContain(hostile.slice(0, 8));
  });

  test.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)(
    'axe finds nothing (%s, %d px), and the page does not scroll sideways',
    async (colorScheme, width) => {
      const { page } = await reader.open(html, { colorScheme, viewport: { width, height: 900 } });
      for (const box of await page.locator('details').all())
        await box.evaluate((el) => el.setAttribute('open', ''));
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    },
  );

  test('the button chooses the theme', async () => {
    const { page } = await reader.open(html, { colorScheme: 'light' });
    await page.locator('#theme-toggle').click();
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
  });
});
