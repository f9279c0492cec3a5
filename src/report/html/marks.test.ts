import { expect, test } from 'vitest';
import { findingsAtScale } from '../../../test/support/findings-at-scale.ts';
import { pageMarks } from './marks.ts';

test('marks are in order, numbered as the faults are, and say from→to for decisions', () => {
  const findings = findingsAtScale({ seconds: 40, pods: 2, nodes: 2, faults: 2 });
  const [first, second] = findings.faults;
  if (first === undefined || second === undefined) throw new Error('two faults were asked for');
  first.undoneMs = second.injectedMs + 4000;
  findings.scaling = [{ atMs: 20_000, from: 2, to: 5, reason: '' }];
  findings.marks = [
    { t: 20_010, kind: 'scaling', label: '2 → 5 pods' },
    { t: second.injectedMs, kind: 'fault', label: 'kill-pod b' },
    { t: first.undoneMs, kind: 'fault', label: 'fault-0 undone' },
    { t: first.injectedMs, kind: 'fault', label: 'kill-pod a' },
    { t: 3000, kind: 'phase', label: 'calm' },
    { t: 30_100, kind: 'node', label: 'worker-1 NotReady' },
  ];
  findings.nodes[0]?.states.push({ state: 'unknown', fromMs: 30_100, toMs: 40_000 });
  expect(pageMarks(findings).map(({ kind, code, short }) => [kind, code, short])).toEqual([
    ['phase', 'calm', 'calm'],
    ['fault', 'F1', 'F1 kill-pod'],
    ['scaling', '2→5', '2→5'],
    ['fault', 'F2', 'F2 kill-pod'],
    ['node', 'N1', 'worker-1 down'],
    ['undone', 'F1 undone', 'F1 undone'],
  ]);
});
