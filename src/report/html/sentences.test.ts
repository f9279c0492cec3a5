import { describe, expect, test } from 'vitest';
import { findingsAtScale } from '../../../test/support/findings-at-scale.ts';
import { failuresInWords, nodesSentence, shortageMs } from './sentences.ts';

test('failures are said largest first, and only those that happened', () => {
  expect(failuresInWords({ ok: 5, reset: 2, timeout: 30, refused: 0 })).toBe('30 timed out and 2 reset');
  expect(failuresInWords({})).toBe('');
});

describe('time with fewer pods in rotation than desired', () => {
  test('runs from change to change, to the end of the run', () => {
    const points = [
      { t: 0, desired: 2, ready: 0, inRotation: 0 },
      { t: 1000, desired: 2, ready: 2, inRotation: 2 },
      { t: 5000, desired: 4, ready: 2, inRotation: 2 },
      { t: 7500, desired: 4, ready: 4, inRotation: 4 },
      { t: 9000, desired: 4, ready: 3, inRotation: 3 },
    ];
    expect(shortageMs(points, 10_000)).toBe(2500 + 1000);
  });

  test('is none where no pod ever was in rotation', () => {
    expect(shortageMs([{ t: 0, desired: 2, ready: 0, inRotation: 0 }], 9000)).toBe(0);
  });
});

describe('nodes in words', () => {
  const findings = findingsAtScale({ seconds: 10, pods: 2, nodes: 3, faults: 0 });

  test('all ready', () => {
    expect(nodesSentence(findings)).toBe('3\u00a0nodes, all ready once the cluster was up.');
  });

  test('joining one by one at the start is no loss', () => {
    const nodeCounts = [
      { t: 500, ready: 0, total: 1 },
      { t: 600, ready: 1, total: 3 },
      { t: 900, ready: 3, total: 3 },
    ];
    expect(nodesSentence({ ...findings, nodeCounts })).toBe(
      '3\u00a0nodes, all ready once the cluster was up.',
    );
  });

  test('a node lost', () => {
    const nodeCounts = [
      { t: 500, ready: 3, total: 3 },
      { t: 6000, ready: 2, total: 3 },
    ];
    const nodes = findings.nodes.map((node, index) =>
      index === 1 ? { ...node, states: [{ state: 'unknown' as const, fromMs: 6000, toMs: 9000 }] } : node,
    );
    expect(nodesSentence({ ...findings, nodeCounts, nodes })).toContain('at least 2 stayed ready');
    expect(nodesSentence({ ...findings, nodeCounts, nodes })).toContain('worker-2 for 3\u00a0s');
  });
});
