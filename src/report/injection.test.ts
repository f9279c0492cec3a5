import { describe, expect, test } from 'vitest';
import { hostileJournal } from '../../test/support/hostile-journal.ts';
import { syntheticJournal } from '../../test/support/synthetic-journal.ts';
import { analyse } from '../analysis/index.ts';
import { renderIndex, renderJunit, renderMarkdown, renderReport, resultOf } from './index.ts';

const events = syntheticJournal({ expectations: ['availability >= 99%', 'faults.outage < 10s'] });
const hostile = analyse([
  ...hostileJournal(events.slice(0, -1)),
  ...hostileJournal([
    { t: 96_000, type: 'fault.failed', id: 'late', fault: 'kill-pod', reason: 'no pod matched' },
    { t: 96_001, type: 'note', level: 'warning', message: 'the watch was interrupted' },
    { t: 96_002, type: 'gap', what: 'the watch of pods', fromT: 90_000, toT: 91_000 },
    { t: 96_003, type: 'run.end', reason: 'failed', message: 'it broke' },
  ]),
]);
const page = renderReport(hostile);

/** A page without its scripts, style and data. */
function withoutScripts(html: string): string {
  return html.replaceAll(/<style>.*?<\/style>|<script.*?<\/script>/gs, '');
}

const markup = withoutScripts(page);

describe('texts from outside', () => {
  test('the story stays the same, so that they stand wherever they can', () => {
    const plain = analyse(events);
    expect(hostile.faults.slice(0, 2).map(({ lost }) => lost)).toEqual(plain.faults.map(({ lost }) => lost));
    expect(hostile.pods).toHaveLength(plain.pods.length);
    expect(hostile.seconds).toHaveLength(plain.seconds.length);
  });

  test.each([
    'run.start.scenario.title',
    'run.start.scenario.description',
    'run.start.scenario.origin',
    'run.start.scenario.source',
    'run.start.machine.cpuModel',
    'cluster.ready.provider',
    'cluster.ready.facts.key',
    'k8s.pod.name',
    'k8s.node.name',
    'k8s.event.message',
    'k8s.event.reason',
    'run.plan.faults.id',
    'fault.inject.fault',
    'fault.landed.proof',
    'fault.failed.reason',
    'note.message',
    'run.plan.workload.namespace',
  ])('%s is shown as text', (field) => {
    expect(markup).toContain(`onerror=alert(2)&gt;&lt;!--${field}`);
  });

  test('none of them is markup, in any file of the run', () => {
    const plain = renderReport(analyse(events));
    expect(withoutScripts(page)).not.toContain('alert(1)</script>');
    expect(page.match(/<script/g)?.length).toBe(plain.match(/<script/g)?.length);
    const index = renderIndex(
      { runs: [{ folder: hostile.run.scenario.name, result: resultOf(hostile), hasReport: true }] },
      '1',
    );
    for (const text of [
      markup,
      index,
      renderMarkdown(hostile).replaceAll(/(`+).*?\1/g, ''),
      renderJunit(hostile),
    ]) {
      expect(text).not.toMatch(/<script>alert|<img|<!--(?!\[)/);
    }
    expect(renderMarkdown(hostile)).toContain('&lt;script&gt;');
    expect(renderJunit(hostile)).toContain('&lt;script&gt;');
  });

  test('no attribute ends early: quotation marks are escaped too', () => {
    expect(markup).not.toMatch(/="[^"]*"'>/);
    expect(markup).toContain('&quot;&#39;&gt;&lt;script&gt;');
  });
});
