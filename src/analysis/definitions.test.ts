import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { metrics } from './index.ts';

const text = await readFile(new URL('../../docs/definitions.md', import.meta.url), 'utf8');
const anchors = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, name]) => name);

describe('docs/definitions.md', () => {
  test('lists every metric that expectations may judge, as the catalogue defines it', () => {
    const rows = metrics.map(({ name, unit, definition }) => `| \`${name}\` | ${unit} | ${definition} |`);
    const written = text.split('\n').filter((line) => line.startsWith('| `'));
    expect(written.filter((line) => / (count|ms|ratio|price) \|/.test(line))).toEqual(rows);
  });

  test('has each anchor once, and every link within it leads to one', () => {
    expect(new Set(anchors).size).toBe(anchors.length);
    const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, name]) => name);
    expect(links.filter((name) => !anchors.includes(name))).toEqual([]);
  });

  test('defines each duration of a fault', () => {
    expect(anchors).toEqual(expect.arrayContaining(['reaction', 'repair', 'recovery', 'outage', 'lost']));
  });
});
