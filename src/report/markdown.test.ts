import { expect, test } from 'vitest';
import { emptyFindings } from '../../test/support/findings-at-scale.ts';
import { syntheticJournal } from '../../test/support/synthetic-journal.ts';
import { analyse } from '../analysis/index.ts';
import { renderMarkdown } from './markdown.ts';

test('says verdict, findings, expectations and faults, and is short', () => {
  const findings = analyse(
    syntheticJournal({ expectations: ['availability >= 99%', 'faults.outage < 10s'] }),
  );
  const written = renderMarkdown(findings);
  expect(written).toMatch(/^## ❌ Market open: failed\n/);
  expect(written).toContain('| ❌ | `availability >= 99%` |');
  expect(written).toContain('| ✅ | `faults.outage < 10s` |');
  expect(written.match(/^\| F\d `kill-/gm)).toHaveLength(2);
  expect(written.split('\n').length).toBeLessThan(60);
  expect(written).not.toMatch(/undefined|NaN|null/);
});

test('of a run in which nothing happened is still Markdown', () => {
  expect(renderMarkdown(emptyFindings())).toMatch(/^## ⚠️ Nothing happens: interrupted\n/);
});

test('what comes from outside stays text: no HTML, table cells, links, code or mentions', () => {
  const hostile = '<img src=x onerror=alert(1)> | a | [x](https://evil.example) @everyone ``` \n# head';
  const findings = analyse(syntheticJournal({ expectations: ['availability >= 99%'] }));
  findings.run.scenario.title = hostile;
  findings.verdictSentence = hostile;
  findings.distrust.push(hostile);
  findings.notes.push(hostile);
  for (const fault of findings.faults) Object.assign(fault, { id: hostile, target: hostile });
  for (const decision of findings.scaling) decision.reason = hostile;
  for (const result of findings.expectations) Object.assign(result, { rule: hostile, problem: hostile });
  const written = renderMarkdown(findings);
  // Within code nothing is markup or a mention.
  expect(written.replaceAll(/(`+) .*? \1/g, '')).not.toMatch(/<img|@everyone|[^\\]\]\(|https:|^# /m);
  const rows = written.split('\n').filter((line) => line.startsWith('| '));
  const bars = rows.map((row) => row.replaceAll(/\\\|/g, '').match(/\|/g)?.length);
  expect(new Set(bars)).toEqual(new Set([4, 3, 9]));
});
