import { expect, test } from 'vitest';
import { findingsAtScale } from '../../../test/support/findings-at-scale.ts';
import { opensAtMs } from './opens-at.ts';

function findings(trafficStartMs: number | null, faultMs?: number): Parameters<typeof opensAtMs>[0] {
  const made = findingsAtScale({ seconds: 0, pods: 1, nodes: 1, faults: 0 });
  made.trafficStartMs = trafficStartMs;
  made.marks = [
    { t: 1000, kind: 'node', label: 'worker-1 Ready' },
    ...(faultMs === undefined ? [] : [{ t: faultMs, kind: 'fault' as const, label: 'kill-pod' }]),
  ];
  return made;
}

test.each([
  { name: 'a long start is left out, but for a little before traffic', at: 60_000, opens: 56_000 },
  { name: 'a short start stays', at: 16_000, opens: 0 },
  { name: 'what is marked before traffic is shown', at: 60_000, fault: 40_000, opens: 35_200 },
  { name: 'a run without traffic is shown whole', at: null, opens: 0 },
])('$name', ({ at, fault, opens }) => {
  expect(opensAtMs(findings(at, fault), 160_000)).toBe(opens);
});
