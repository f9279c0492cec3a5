import { expect, test } from 'vitest';
import { describeFault } from './describe.ts';
import type { FaultSpec } from './spec.ts';

const everything = { labels: null, node: null };

test.each<[Partial<FaultSpec>, string]>([
  [{ type: 'kill-pod', select: { ...everything, amount: { count: 1 } } }, 'kill-pod: 1 pod'],
  [
    { type: 'delete-pod', select: { ...everything, amount: { percent: 50 } } },
    'delete-pod: 50 % of the pods',
  ],
  [
    { type: 'hang-node', select: { labels: 'zone=b', node: 'worker-1', amount: { count: 2 } }, forMs: 2500 },
    'hang-node: 2 workers (labels zone=b, node worker-1), undone after 2.5 s',
  ],
  [
    { type: 'add-node', joins: ['spare-1', 'spare-2'], select: { ...everything, amount: { count: 2 } } },
    'add-node: spare-1, spare-2',
  ],
  [
    { type: 'stop-component', component: 'scheduler', select: { ...everything, amount: { count: 1 } } },
    'stop-component: scheduler',
  ],
  [
    {
      type: 'stop-component',
      component: 'kubelet',
      select: { ...everything, node: 'worker-1', amount: { count: 1 } },
      forMs: 5000,
    },
    'stop-component: kubelet of 1 worker (node worker-1), undone after 5 s',
  ],
])('%o reads "%s"', (over, expected) => {
  expect(describeFault({ id: 'f', atMs: 0, forMs: null, ...over } as FaultSpec)).toBe(expected);
});
