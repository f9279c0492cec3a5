import { hostname } from 'node:os';
import { kinds, type KubeClient, type Lease } from '../kubernetes/index.ts';
import { messageOf, systemClock } from '../support/index.ts';
import { runLabel } from '../workload/index.ts';
import type { RunContext } from './context.ts';

const renewEveryMs = 10_000;
const leaseSeconds = 60;

/**
 * Shows others that a run on a shared cluster is alive: a Lease in its namespace, which is renewed until the run's end. Whoever
 * cleans up looks at it. A run that may not make one goes on without.
 */
export async function startHeartbeat(
  { runId, namespace, journal, steps, signal }: RunContext,
  client: KubeClient,
): Promise<void> {
  const name = `openbell-${runId}`;
  const lease = (): Lease => ({
    apiVersion: kinds.lease.apiVersion,
    kind: kinds.lease.kind,
    metadata: { name, labels: { [runLabel]: runId } },
    spec: {
      holderIdentity: `${hostname()}/${process.pid}`,
      leaseDurationSeconds: leaseSeconds,
      renewTime: `${new Date().toISOString().slice(0, -1)}000Z`,
    },
  });
  try {
    await client.apply(lease(), { namespace, signal });
  } catch (error) {
    signal.throwIfAborted();
    const message = `Others cannot see that this run is alive, and might clean it up: ${messageOf(error)}`;
    journal.record({ type: 'note', level: 'info', message });
    return;
  }
  const over = new AbortController();
  const renewing = renew();
  steps.undoLater('the sign of life', async () => {
    over.abort();
    await renewing;
    await client.delete(kinds.lease, name, { namespace });
  });

  async function renew(): Promise<void> {
    for (;;) {
      await systemClock.sleep(renewEveryMs, over.signal).catch(() => {});
      if (over.signal.aborted) return;
      // One that fails is made up for by the next; the lease lasts for several.
      await client.apply(lease(), { namespace, signal: over.signal }).catch(() => {});
    }
  }
}

/** A run that shows a sign of life. */
export interface LiveRun {
  runId: string;
  namespace: string;
  /** Where it runs and when it last said so, as one reads it. */
  holder: string;
}

/** The runs that are alive among those whose leases these are. */
export function liveRuns(
  leases: readonly Lease[],
  { nowMs, host, isRunning }: { nowMs: number; host: string; isRunning: (pid: number) => boolean },
): LiveRun[] {
  return leases.flatMap(({ metadata, spec }) => {
    const { holderIdentity = '', renewTime, leaseDurationSeconds = 0 } = spec ?? {};
    const ageMs = nowMs - Date.parse(renewTime ?? '');
    // A clock that is ahead of ours makes it younger than nothing.
    if (!(ageMs < leaseDurationSeconds * 1000)) return [];
    const [holderHost = '', pid = ''] = holderIdentity.split('/');
    // Of this machine we know better.
    if (holderHost === host && !isRunning(Number(pid))) return [];
    return {
      runId: metadata?.labels?.[runLabel] ?? '',
      namespace: metadata?.namespace ?? '',
      holder: `process ${pid} on ${holderHost}, seen ${Math.max(0, Math.round(ageMs / 1000))} s ago`,
    };
  });
}
