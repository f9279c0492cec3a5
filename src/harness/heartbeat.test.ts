import { expect, test } from 'vitest';
import type { Lease } from '../kubernetes/index.ts';
import { liveRuns } from './heartbeat.ts';

const nowMs = Date.parse('2026-03-02T09:30:00Z');
const lease = (runId: string, renewTime: string, holderIdentity: string): Lease => ({
  metadata: { namespace: `openbell-${runId}`, labels: { 'openbell.dev/run': runId } },
  spec: { holderIdentity, renewTime, leaseDurationSeconds: 60 },
});

test('a run is alive as long as its lease, and on this machine as its process', () => {
  const leases = [
    lease('far', '2026-03-02T09:29:50.000000Z', 'other/7'),
    lease('ahead', '2026-03-02T09:30:20.000000Z', 'other/8'),
    lease('ended', '2026-03-02T09:28:59.000000Z', 'other/9'),
    lease('here', '2026-03-02T09:29:59.000000Z', 'desk/10'),
    lease('killed', '2026-03-02T09:29:59.000000Z', 'desk/11'),
    { metadata: { name: 'of somebody else' } },
  ];
  const alive = liveRuns(leases, { nowMs, host: 'desk', isRunning: (pid) => pid === 10 });
  expect(alive).toEqual([
    { runId: 'far', namespace: 'openbell-far', holder: 'process 7 on other, seen 10 s ago' },
    { runId: 'ahead', namespace: 'openbell-ahead', holder: 'process 8 on other, seen 0 s ago' },
    { runId: 'here', namespace: 'openbell-here', holder: 'process 10 on desk, seen 1 s ago' },
  ]);
});
