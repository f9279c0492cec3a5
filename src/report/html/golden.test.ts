import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { analyse } from '../../analysis/index.ts';
import { parseJournal } from '../../journal/index.ts';
import { renderMarkdown } from '../markdown.ts';
import { renderReport } from './report.ts';

const folder = new URL('../../../test/golden/', import.meta.url);

/**
 * The whole page as one reads it: every text, where links lead, what is said to screen readers, and the data of its charts;
 * not what it looks like. After a change that is meant: `npx vitest run --project unit golden -u`, and read the difference.
 */
describe('the report of a recorded run', () => {
  test.each(['short-surge', 'pod-kill', 'node-loss', 'market-open-cut'])(
    '%s reads as it did',
    async (name) => {
      const recorded = gunzipSync(await readFile(new URL(`${name}.ndjson.gz`, folder))).toString('utf8');
      const { events, problems } = parseJournal(recorded);
      const findings = analyse(events, problems);
      const page = readable(renderReport(findings));
      await expect(page).toMatchFileSnapshot(new URL(`${name}.golden.txt`, folder).pathname);
      await expect(renderMarkdown(findings)).toMatchFileSnapshot(
        new URL(`${name}.golden.md`, folder).pathname,
      );
    },
  );
});

function readable(page: string): string {
  const data = /<script type="application\/json" id="chart-data">\s*(.*?)\s*<\/script>/s.exec(page)?.[1];
  const text = page
    .replaceAll(/<style>.*?<\/style>|<script.*?<\/script>|<svg.*?<\/svg>|<meta [^>]*Policy[^>]*>/gs, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/<\/(\w+) >/g, '</$1>')
    .replaceAll(/<a [^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/g, '[$2]($1)')
    .replaceAll(/<(\w+)[^>]* aria-label="([^"]*)"[^>]*>/g, '<$1>{$2} ')
    .replaceAll(/<(h\d)[^>]*>/g, '\n\n<$1> ')
    .replaceAll(/<\/t[hd]>/g, ' | ')
    .replaceAll(
      /<(?:p|li|tr|dt|div|section|summary|caption|button|header|footer|article|title)\b[^>]*>/g,
      '\n',
    )
    .replaceAll(/<h(\d)>/g, (_, level: string) => '#'.repeat(Number(level)))
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/ ?\n[ \n]*\n/g, '\n\n')
    .replaceAll(/^ | $/gm, '');
  const columns = JSON.stringify(
    JSON.parse(data ?? '{}'),
    (_, value: unknown) =>
      Array.isArray(value) && value.every((item) => typeof item !== 'object') ? value.join(' ') : value,
    1,
  );
  return `${text.trim()}\n\n${columns}\n`;
}
