import { expect } from 'vitest';
import { until } from '../../src/support/index.ts';
import type { Lab } from '../support/openbell-process.ts';

/**
 * What is promised is 3 s. Here five runs share the cores that a user's run has for itself, so the last processes are given
 * three times as long to be scheduled at all.
 */
const deadlineMs = 9_000;

/** Waits until nothing of the lab's commands is there any more; fails with what is left. */
export async function nothingIsLeft(lab: Lab): Promise<void> {
  expect(lab.traces.socketsSeen, 'listening sockets that were seen while it ran').toBeGreaterThan(0);
  await nothingRuns(lab);
}

/** As {@link nothingIsLeft}, for commands that may have ended before they had a socket. */
export async function nothingRuns(lab: Lab): Promise<void> {
  let left: string[] = [];
  const gone = (): boolean => (left = lab.traces.left()).length === 0;
  await until(gone, { what: 'everything to go', deadlineMs, everyMs: 200 }).catch(() => {});
  expect(left).toEqual([]);
}
