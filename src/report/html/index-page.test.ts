import { describe, expect, test } from 'vitest';
import { syntheticJournal } from '../../../test/support/synthetic-journal.ts';
import { analyse } from '../../analysis/index.ts';
import { resultOf } from '../result.ts';
import { measuresOf, rangeOf } from './history.ts';
import { renderIndex, type IndexedRun } from './index-page.ts';

const result = resultOf(analyse(syntheticJournal()));
const runs: IndexedRun[] = [1, 2, 3].map((day) => ({
  folder: `market-open-2026110${day}T080000Z`,
  result: { ...result, startedAt: `2026-11-0${day}T08:00:00.000Z` },
  hasReport: true,
}));

describe('the index of runs', () => {
  test('lists the newest run first and follows each measure from run to run', () => {
    const page = renderIndex({ runs }, '1.2.3');
    const order = [...page.matchAll(/href="(market-open-[^/]+)\/report\.html"/g)].map((match) => match[1]);
    expect(order).toEqual(runs.map(({ folder }) => folder).toReversed());
    expect(page.match(/<svg viewBox="0 0 240 50"/g)).toHaveLength(measuresOf([result]).length);
    expect(page).toContain('kill-pod-1: outage');
    expect(page.replaceAll(/<script>.*?<\/script>/gs, '')).not.toMatch(/undefined|NaN/);
  });

  test('one run has no history, none says how to make one', () => {
    expect(renderIndex({ runs: runs.slice(0, 1) }, '1.2.3')).not.toContain('class="history"');
    expect(renderIndex({ runs: [] }, '1.2.3')).toContain('No run has left its result here yet');
  });

  test('names that would be markup are text, in links too', () => {
    const folder = '"><script>alert(1)</script>';
    const page = renderIndex(
      {
        runs: [{ folder, result: { ...result, scenario: folder }, hasReport: true }],
        comparisons: [{ file: folder, title: folder, writtenAt: '2026-11-01T08:00:00.000Z' }],
      },
      '1.2.3',
    );
    expect(page).not.toContain('<script>alert');
    expect(page).toContain(`href="${encodeURIComponent(folder)}/report.html"`);
  });
});

test('a range leaves out what is not known', () => {
  expect(rangeOf([null, 4, 1, 2, 9, null])).toEqual({ median: 3, least: 1, most: 9 });
  expect(rangeOf([null])).toBeNull();
});
