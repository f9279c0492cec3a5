import { describe, expect, test } from 'vitest';
import { emptyFindings, findingsAtScale } from '../../../test/support/findings-at-scale.ts';
import { PodTable } from '../../analysis/index.ts';
import { definitions } from './definitions.ts';
import { renderReport } from './report.ts';

const limit = 2 * 1024 * 1024;

/** The page without its scripts, style and data. */
function markup(page: string): string {
  return page
    .slice(0, page.indexOf('id="chart-data"'))
    .replaceAll(/<style>.*?<\/style>|<script>.*?<\/script>/gs, '');
}

describe('the report', () => {
  test.each([
    ['nothing happened', emptyFindings()],
    ['one second, one pod', findingsAtScale({ seconds: 1, pods: 1, nodes: 1, faults: 1 })],
    ['200 pods', findingsAtScale({ seconds: 90, pods: 200, nodes: 6, faults: 3 })],
    ['an hour, 100 pods, 50 faults', findingsAtScale({ seconds: 3600, pods: 100, nodes: 5, faults: 50 })],
    ['four hours', findingsAtScale({ seconds: 14_400, pods: 30, nodes: 3, faults: 10 })],
  ])('stays within 2 MB and names nothing it does not know: %s', (_, findings) => {
    const page = renderReport(findings);
    expect(Buffer.byteLength(page)).toBeLessThan(limit);
    expect(markup(page)).not.toMatch(/undefined|NaN|\[object|Infinity/);
  });

  test('every link inside the page leads somewhere, and every definition is reached', () => {
    const page = markup(renderReport(findingsAtScale({ seconds: 30, pods: 4, nodes: 2, faults: 2 })));
    const anchors = new Set([...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]));
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !anchors.has(link))).toEqual([]);
    expect(Object.keys(definitions).filter((name) => !anchors.has(name))).toEqual([]);
  });

  test('no anchor is given twice', () => {
    const page = markup(renderReport(findingsAtScale({ seconds: 30, pods: 4, nodes: 2, faults: 2 })));
    const anchors = [...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    expect(anchors).toEqual([...new Set(anchors)]);
  });

  test('asks for nothing outside itself', () => {
    const page = renderReport(emptyFindings());
    expect(page.match(/(?:src|href)="(?!#|data:)[^"]*"/g)).toBeNull();
    expect(page).not.toContain('sourceMappingURL');
    expect(page).toContain('default-src &#39;none&#39;');
  });

  test('a name that would end a script is text in markup and in data', () => {
    const name = '</script><script>alert(1)</script>';
    const findings = findingsAtScale({ seconds: 5, pods: 1, nodes: 1, faults: 0 });
    const plain = renderReport(findings).match(/<script/g)?.length;
    for (const pod of findings.pods) pod.name = name;
    for (const second of findings.seconds)
      second.pods = new PodTable({ [name]: { ok: 1, httpError: 0, connections: 1, firstT: 0, lastT: 0 } });
    const page = renderReport(findings);
    expect(page.match(/<script/g)?.length).toBe(plain);
    expect(page).toContain('&lt;/script&gt;&lt;script&gt;alert(1)');
    expect(page).toContain('\\u003c/script>\\u003cscript>alert(1)');
  });
});
