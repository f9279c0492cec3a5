import { expect, test } from 'vitest';
import type { TimelineEntry } from '../../../analysis/index.ts';
import { selectEvents } from './timeline.ts';

function entry(t: number, severity: TimelineEntry['severity']): TimelineEntry {
  return { t, severity, reason: 'R', object: 'Pod/a', message: 'm', component: 'kubelet' };
}

test('of too many events warnings are kept, and the order is that of time', () => {
  const timeline = [
    entry(4, 'Normal'),
    entry(1, 'Normal'),
    entry(3, 'Warning'),
    entry(2, 'Normal'),
    entry(5, 'Warning'),
  ];
  expect(selectEvents(timeline, 3).map(({ t }) => t)).toEqual([1, 3, 5]);
  expect(selectEvents(timeline, 9).map(({ t }) => t)).toEqual([1, 2, 3, 4, 5]);
});
