import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderIndex, renderReport, resultOf } from '../../src/report/index.ts';
import { analyse } from '../../src/analysis/index.ts';
import { parseJournal } from '../../src/journal/index.ts';
import { emptyFindings, findingsAtScale } from '../support/findings-at-scale.ts';
import { violations, visualRules } from './axe.ts';
import { hostileJournal } from '../support/hostile-journal.ts';
import { syntheticJournal } from '../support/synthetic-journal.ts';
import { PageReader } from './chromium.ts';
import { hostile, hostileFindings, story } from './findings.ts';

let reader: PageReader;
beforeAll(async () => {
  reader = await PageReader.start();
});
afterAll(async () => {
  await reader.close();
});

const html = renderReport(story());

/** The seconds that each chart shows. */
function windows(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    interface Charts {
      getChart(canvas: unknown): { scales: { x: { min: number; max: number } } };
    }
    const { Chart, document } = globalThis as unknown as {
      Chart: Charts;
      document: { querySelectorAll(selector: string): Iterable<unknown> };
    };
    return [...document.querySelectorAll('.plot canvas')].map((canvas) => {
      const { min, max } = Chart.getChart(canvas).scales.x;
      return `${min.toFixed(2)}–${max.toFixed(2)}`;
    });
  });
}

describe('a report in the browser', () => {
  test('opens without a complaint, asks the network for nothing and draws every chart', async () => {
    const { page, complaints, requests } = await reader.open(html);
    expect(await page.locator('.plot canvas').count()).toBe(8);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
  });

  test.each([
    ['light', 1280],
    ['light', 390],
    ['dark', 1280],
    ['dark', 390],
  ] as const)(
    'axe finds nothing (%s, %d px), and the page does not scroll sideways',
    async (colorScheme, width) => {
      const { page } = await reader.open(html, { colorScheme, viewport: { width, height: 900 } });
      for (const box of await page.locator('details').all())
        await box.evaluate((el) => el.setAttribute('open', ''));
      // One of each theme and width has all rules; they take long, and most of them see no theme.
      const all = (colorScheme === 'light') === (width === 1280);
      expect(await violations(page, all ? null : visualRules)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    },
  );

  test.each([
    ['nothing happened', emptyFindings()],
    ['one second', findingsAtScale({ seconds: 1, pods: 1, nodes: 1, faults: 1 })],
    ['200 pods', findingsAtScale({ seconds: 60, pods: 200, nodes: 5, faults: 2 })],
    ['an hour, 100 pods, 50 faults', findingsAtScale({ seconds: 3600, pods: 100, nodes: 5, faults: 50 })],
  ])('opens a run in which there was: %s', async (_, findings) => {
    const { page, complaints } = await reader.open(renderReport(findings));
    expect(complaints).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1280);
  });

  test('says in words what a run without data lacks', async () => {
    const { page } = await reader.open(renderReport(emptyFindings()));
    const text = await page.locator('main').innerText();
    for (const words of [
      'No traffic was recorded',
      'No pod was seen',
      'No fault was injected',
      'states no expectation',
    ]) {
      expect(text).toContain(words);
    }
  });

  test('shows hostile names as text wherever they appear', async () => {
    const { page, complaints, requests } = await reader.open(renderReport(hostileFindings()));
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
    expect(await page.locator('script').count()).toBe(
      await (await reader.open(html)).page.locator('script').count(),
    );
    expect(await page.locator('img').count()).toBe(0);
    for (const section of [
      '#verdict',
      '#clock',
      '#faults',
      '#scaling',
      '#requests',
      '#trust',
      '#timeline',
      '#environment',
    ]) {
      expect(await page.locator(section).innerText(), section).toContain(hostile);
    }
    expect(await page.locator('[data-legend="served"]').innerText()).toContain(hostile);
    const row = page.locator('[data-chart="gantt"]');
    await row.scrollIntoViewIfNeeded();
    const box = await row.boundingBox();
    if (box === null) throw new Error('no pod chart');
    for (let y = 20; y < box.height - 30; y += 8) {
      await page.mouse.move(box.x + box.width * 0.6, box.y + y);
      if ((await page.locator('.tip').innerText()).includes(hostile)) return;
    }
    throw new Error('the tip never named the pod');
  });

  test('a journal whose every text is an attack opens as quietly as any other', async () => {
    const { page, complaints, requests } = await reader.open(
      renderReport(analyse(hostileJournal(syntheticJournal()))),
    );
    for (const details of await page.locator('details').all())
      await details.evaluate((el) => el.setAttribute('open', ''));
    await page.locator('[data-chart="load"]').hover();
    expect([...complaints, ...requests]).toEqual([]);
    expect(await page.locator('img').count()).toBe(0);
  });

  test('pointing at one chart moves the cursor on all of them', async () => {
    const { page } = await reader.open(html);
    await page.locator('[data-chart="load"]').hover({ position: { x: 500, y: 150 } });
    const times = await page
      .locator('.plot')
      .evaluateAll((plots) => plots.map((plot) => plot.getAttribute('aria-valuenow')));
    expect(new Set(times).size).toBe(1);
    expect(Number(times[0])).toBeGreaterThan(10);
    expect(await page.locator('.cursor:not([hidden])').count()).toBe(8);
    expect(await page.locator('[data-legend="load"] button .value').first().innerText()).toMatch(/\d/);
    const lefts = await page
      .locator('.cursor')
      .evaluateAll((lines) => lines.map((line) => Math.round(line.getBoundingClientRect().left)));
    expect(Math.max(...lefts) - Math.min(...lefts)).toBeLessThanOrEqual(1);
  });

  test('dragging over one chart zooms all of them, the button shows the whole run again', async () => {
    const { page } = await reader.open(html);
    const whole = await windows(page);
    const plot = page.locator('[data-chart="latency"]');
    await plot.scrollIntoViewIfNeeded();
    const box = await plot.boundingBox();
    if (box === null) throw new Error('no latency chart');
    await page.mouse.move(box.x + 300, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 500, box.y + 110, { steps: 4 });
    await page.mouse.up();
    const zoomed = await windows(page);
    expect(new Set(zoomed).size).toBe(1);
    expect(zoomed[0]).not.toBe(whole[0]);
    await page.getByRole('button', { name: 'Whole run', exact: true }).click();
    expect(await windows(page)).toEqual(whole);
  });

  test('opens shortly before traffic where the cluster took long to start, and shows the start on demand', async () => {
    const journal = gunzipSync(readFileSync(new URL('../golden/pod-kill.ndjson.gz', import.meta.url)));
    const { events, problems } = parseJournal(journal.toString('utf8'));
    const findings = analyse(events, problems);
    const { page } = await reader.open(renderReport(findings));
    const end = (findings.durationMs / 1000).toFixed(2);
    const [opened] = new Set(await windows(page));
    const [from = NaN, to = NaN] = opened?.split('–').map(Number) ?? [];
    const trafficS = (findings.trafficStartMs ?? NaN) / 1000;
    expect(from).toBeGreaterThan(trafficS - 3);
    expect(from).toBeLessThan(trafficS);
    expect(to).toBeCloseTo(Number(end), 1);
    await page.getByRole('button', { name: 'Whole run', exact: true }).click();
    expect(new Set(await windows(page))).toEqual(new Set([`0.00–${end}`]));
  });

  test('works by keyboard: skip link, cursor, zoom, legend', async () => {
    const { page } = await reader.open(html);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the verdict');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    const plot = page.locator('[data-chart="load"]');
    await plot.focus();
    await page.keyboard.press('Home');
    for (let press = 0; press < 3; press += 1) await page.keyboard.press('Shift+ArrowRight');
    expect(Number(await plot.getAttribute('aria-valuenow'))).toBe(30);
    expect(await plot.getAttribute('aria-valuetext')).toMatch(/^0:30\.0: offered \d+, ok \d+/);
    const whole = await windows(page);
    await page.keyboard.press('+');
    const zoomed = await windows(page);
    expect(new Set(zoomed).size).toBe(1);
    expect(zoomed).not.toEqual(whole);
    await page.keyboard.press('Escape');
    expect(await windows(page)).toEqual(whole);
    const entry = page.locator('[data-legend="load"] button').first();
    await entry.focus();
    await page.keyboard.press('Space');
    expect(await entry.getAttribute('aria-pressed')).toBe('false');
  });

  test('the link to a definition never stands alone on a line, however narrow the window', async () => {
    const { page } = await reader.open(html);
    const links = page.locator('.statement .what, .highlights .what');
    expect(await links.count()).toBeGreaterThan(5);
    for (let width = 340; width <= 440; width += 5) {
      await page.setViewportSize({ width, height: 900 });
      const alone = await links.evaluateAll((all) =>
        all
          .filter((link) => {
            const before = link.previousElementSibling?.getBoundingClientRect();
            return before === undefined || before.bottom < link.getBoundingClientRect().top;
          })
          .map((link) => link.parentElement?.textContent),
      );
      expect(alone, `${width} px`).toEqual([]);
    }
  });

  test('what is below the first screen is laid out later, and a jump to it lands there all the same', async () => {
    const { page } = await reader.open(html);
    expect(await page.locator('main > section:not(.laid-out)').count()).toBe(0);
    // The browser never has time.
    await page.context().addInitScript('globalThis.requestIdleCallback = () => 0');
    await page.reload();
    expect(await page.locator('#timeline.laid-out').count()).toBe(0);
    const jump = page.getByRole('link', { name: 'Events', exact: true });
    await jump.focus();
    await page.keyboard.press('Enter');
    await expect
      .poll(async () => Math.abs((await page.locator('#timeline').boundingBox())?.y ?? NaN), {
        timeout: 10_000,
      })
      .toBeLessThan(100);
    expect(await page.locator('main > section:not(.laid-out)').count()).toBe(0);
    await page.reload();
    expect(page.url()).toMatch(/#timeline$/);
    expect(await page.locator('main > section:not(.laid-out)').count()).toBe(0);
  });

  test('a box that scrolls within a table folded away is reached by keyboard once it is unfolded', async () => {
    const { page } = await reader.open(html);
    const box = page.locator('#data-load .scroll');
    expect(await box.getAttribute('tabindex')).toBeNull();
    await page.locator('#data-load summary').click();
    await expect.poll(() => box.getAttribute('tabindex')).toBe('0');
  });

  test('a fault’s button shows its seconds on every chart', async () => {
    const { page } = await reader.open(html);
    await page.locator('#fault-1 [data-from]').first().click();
    const shown = await windows(page);
    expect(new Set(shown).size).toBe(1);
    const [from = 0, to = 0] = (shown[0] ?? '').split('–').map(Number);
    const injected = (story().faults[0]?.injectedMs ?? 0) / 1000;
    expect(from).toBeLessThan(injected);
    expect(to).toBeGreaterThan(injected);
  });

  test('the toggle turns page and charts dark and back', async () => {
    const { page } = await reader.open(html, { colorScheme: 'light' });
    const look = (): Promise<string[]> =>
      page.evaluate(`[
        getComputedStyle(document.body).backgroundColor,
        String(Chart.getChart(document.querySelector('.plot canvas')).getDatasetMeta(0).dataset.options.borderColor),
      ]`);
    const light = await look();
    await page.locator('#theme-toggle').click();
    const dark = await look();
    expect(dark[0]).not.toBe(light[0]);
    expect(dark[1]).not.toBe(light[1]);
    expect(await page.locator('#theme-toggle').getAttribute('aria-pressed')).toBe('true');
    expect(await violations(page, visualRules)).toEqual([]);
    await page.locator('#theme-toggle').click();
    expect(await look()).toEqual(light);
  });

  test('the timeline is filtered by words and severity', async () => {
    const { page } = await reader.open(html);
    const rows = page.locator('#timeline-table tbody tr:not([hidden])');
    const all = await rows.count();
    expect(all).toBe(story().timeline.length + story().marks.length);
    await page.locator('#timeline-severity').selectOption('Warning');
    expect(await rows.count()).toBe(story().timeline.filter(({ severity }) => severity === 'Warning').length);
    await page.locator('#timeline-severity').selectOption('');
    await page.locator('#timeline-severity').selectOption('Mark');
    expect(await rows.count()).toBe(story().marks.length);
    await page.locator('#timeline-severity').selectOption('');
    await page.locator('#timeline-text').fill('no such words');
    expect(await rows.count()).toBe(0);
    expect(await page.locator('#timeline-count').innerText()).toBe('0 shown');
  });

  test('a chart’s data comes as a CSV file', async () => {
    const { page } = await reader.open(html);
    await page.locator('#data-load summary').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('[data-csv="load"]').click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines[0]).toMatch(/^from_s,offered,ok/);
    expect(lines).toHaveLength(story().seconds.length + 1);
    const third = story().seconds[2];
    expect(lines[3]?.split(',').slice(0, 3).map(Number)).toEqual([
      (third?.t ?? 0) / 1000,
      third?.offered,
      third?.outcomes.ok,
    ]);
  });

  test('without JavaScript everything is still there in words and tables', async () => {
    const { page } = await reader.open(html, { javaScriptEnabled: false });
    expect(await page.locator('.plot:visible').count()).toBe(0);
    expect(await page.locator('.toolbar:visible').count()).toBe(0);
    const { faults, autoscaling } = story();
    expect(await page.locator('.waterfall:visible').count()).toBe(
      faults.length + autoscaling.loadSteps.length,
    );
    await page.locator('#data-load summary').click();
    expect(await page.locator('#data-load tbody tr:visible').count()).toBe(story().seconds.length);
  });

  test('prints on white with its charts, also from a dark screen, on a handful of sheets', async () => {
    const { page } = await reader.open(html, { colorScheme: 'dark' });
    const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true });
    const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(sheets).toBeGreaterThan(2);
    expect(sheets).toBeLessThanOrEqual(8);
    // Another page, for the first may still be putting itself right after the print.
    const { page: again } = await reader.open(html, { colorScheme: 'dark' });
    await again.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    expect(await again.evaluate(`document.querySelector('.plot canvas').getBoundingClientRect().width`)).toBe(
      680,
    );
    await again.emulateMedia({ media: 'print' });
    expect(await again.evaluate(`getComputedStyle(document.body).backgroundColor`)).toBe(
      'rgb(255, 255, 255)',
    );
    await again.emulateMedia({ media: null });
    await again.evaluate(`dispatchEvent(new Event('afterprint'))`);
    expect(await again.evaluate(`document.documentElement.dataset.theme ?? 'system'`)).toBe('system');
  });

  test('is small enough to send', () => {
    expect(Buffer.byteLength(html)).toBeLessThan(1_000_000);
  });
});

describe('the index of runs in the browser', () => {
  const result = resultOf(story());
  const runs = [1, 2, 3].map((day) => ({
    folder: `market-open-2026110${day}T080000Z`,
    result: {
      ...result,
      startedAt: `2026-11-0${day}T08:00:00.000Z`,
      verdict: day === 2 ? ('failed' as const) : result.verdict,
    },
    hasReport: day !== 3,
  }));
  const unread = { folder: hostile, result: null, hasReport: true };
  const index = renderIndex({ runs: [...runs, unread] }, '1.0.0');

  test.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)(
    'axe finds nothing, it complains of nothing and fits (%s, %d px)',
    async (colorScheme, width) => {
      const { page, complaints, requests } = await reader.open(index, {
        colorScheme,
        viewport: { width, height: 900 },
      });
      expect(await violations(page)).toEqual([]);
      expect([...complaints, ...requests]).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    },
  );

  test('a table comes as a CSV file', async () => {
    const { page } = await reader.open(index);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV: Runs, newest first' }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(runs.length + 1);
    expect(lines[0]).toMatch(/^Started,Verdict,Cluster,Took,Availability/);
    expect(lines[1]).toContain('2026-11-03 08:00:00 UTC');
  });
});
