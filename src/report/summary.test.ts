import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { syntheticJournal } from '../../test/support/synthetic-journal.ts';
import { analyse, type Findings } from '../analysis/index.ts';
import { summaryOf } from './index.ts';

const rules = [
  'availability >= 97%',
  'response.p99 < 250ms',
  'pods.max == 8',
  'faults.kill-node.outage < 8s',
  'faults.lost < 200',
];
const findings = analyse(syntheticJournal({ expectations: rules }));
const reportPath = 'reports/market-open-2026-03-02T14-30-00Z/report.html';

function linesOf(
  one: Findings,
  options: { color?: boolean; width?: number; reportPath?: string | null } = {},
): string[] {
  return summaryOf(one, { color: false, reportPath, ...options }).split('\n');
}

describe('the summary of a run', () => {
  test('says first what became of it, and where the report lies last', () => {
    const lines = linesOf(findings);
    expect(lines[0]).toBe('✗ market-open failed. 1 of 5 expectations did not hold: faults.lost < 200');
    expect(lines.at(-1)).toBe(`report    ${reportPath}`);
    expect(linesOf(findings, { reportPath: null }).at(-1)).not.toContain('report ');
  });

  test('shows requests by outcome, latencies, pods, and each fault with what it cost', () => {
    const text = linesOf(findings).join('\n');
    expect(text).toMatch(/requests {2}20,390 scheduled: 20,\d{3} ok \(98\.\d+ %\), /);
    expect(text).toMatch(/latency {3}response p50 \S+ ms, p99 \S+ ms; service p50 \S+ ms, p99 \S+ ms/);
    expect(text).toContain('pods      2 → 8 ready, 3 scaling decisions');
    expect(text).toMatch(/kill-pod-1 +sample-api-\S+ +7 ms +\d+ ms +\d+ ms +\d+ ms +\d/);
    expect(text).toMatch(/kill-node-1 +worker-2 +5 s +\S+ s +\S+ m?s +\S+ s +2\d\d/);
  });

  test('names what the cluster could not follow', () => {
    const { cluster } = findings;
    if (cluster === null) throw new Error('the run had a cluster');
    expect(linesOf(findings).join('\n')).not.toContain('not as the scenario asks');
    const notFollowed = [
      'metricsResolution: 1.5 s was asked, 10 s is in force (the metrics server takes no less)',
      'The cluster is of another version.',
    ];
    const lines = linesOf({ ...findings, cluster: { ...cluster, notFollowed } }, { width: 120 });
    expect(lines).toContain(
      'cluster   not as the scenario asks (see Environment): metricsResolution, The cluster is of another version.',
    );
  });

  test('shows each expectation with what was observed', () => {
    const text = linesOf(findings).join('\n');
    expect(text).toMatch(/✓ {2}availability >= 97% +98\.\d+ %/);
    expect(text).toMatch(/✗ {2}faults\.lost < 200 +2\d\d/);
  });

  test.each([40, 60, 80, 120])('fits %i columns and 25 lines, with colour and without', (width) => {
    const crowded = analyse(
      syntheticJournal({
        expectations: Array.from({ length: 8 }, () => rules).flat(),
        saturatedSeconds: [1, 2, 3],
      }),
    );
    for (const one of [findings, crowded]) {
      const lines = linesOf(one, { width, reportPath: null });
      expect(lines.length).toBeLessThanOrEqual(25);
      expect(lines.filter((line) => line.length > width)).toEqual([]);
      const colored = linesOf(one, { width, color: true, reportPath: null });
      expect(colored.map(stripVTControlCharacters).map((line) => line.trimEnd())).toEqual(lines);
      expect(colored.join('')).not.toBe(lines.join(''));
    }
  });

  test('shows failed expectations first when there is not room for all', () => {
    const lines = linesOf(
      analyse(
        syntheticJournal({
          expectations: [...Array.from({ length: 20 }, () => 'pods.max == 8'), 'pods.max == 7'],
        }),
      ),
    );
    const first = lines.findIndex((line) => /^[✓✗] {2}/.test(line));
    expect(lines[first]).toMatch(/^✗ {2}pods\.max == 7 +8$/);
    expect(lines.some((line) => /and \d+ more expectations that held/.test(line))).toBe(true);
  });

  test('warns of what lowers the trust in it', () => {
    const late = analyse(syntheticJournal({ saturatedSeconds: [4] }));
    expect(linesOf(late).join('\n')).toContain('! The generator was late in 1 of 90 seconds of traffic');
  });

  test('of a run that failed before anything happened is short and true', () => {
    const start = syntheticJournal()[0];
    const none = analyse([
      ...(start ? [start] : []),
      { t: 40, type: 'run.step', name: 'provision', state: 'failed', message: 'no room' },
      { t: 41, type: 'run.end', reason: 'failed', message: 'no room' },
    ]);
    expect(linesOf(none)).toEqual([
      '✗ market-open did not complete. The run failed in the step provision: no room.',
      '',
      'requests  none were scheduled',
      '',
      `report    ${reportPath}`,
    ]);
  });

  test('passes nothing on that a terminal would obey', () => {
    const evil = { ...findings, verdictSentence: 'pod \u001b[31mred\u0007 \u009b2J' };
    expect(linesOf(evil)[0]).toBe('✗ market-open failed. pod ?[31mred? ?2J');
  });
});
