import type { Journal } from '../../journal/index.ts';
import type { KubeClient } from '../../kubernetes/index.ts';
import { monotonicMs, systemClock } from '../../support/index.ts';

export interface PulseOptions {
  client: Pick<KubeClient, 'ping' | 'renew'>;
  journal: Pick<Journal, 'record' | 'originMs'>;
  signal: AbortSignal;
  everyMs?: number;
  patienceMs?: number;
}

/**
 * Asks the API server for a sign of life again and again, and journals from when to when there was none. A connection may die
 * without a word (a firewall that forgets it, a machine that hangs): after `patienceMs` every connection is given up, so that
 * watches resume on new ones instead of waiting for minutes.
 */
export async function feelPulse({
  client,
  journal,
  signal,
  everyMs = 1_000,
  patienceMs = 3_000,
}: PulseOptions): Promise<void> {
  let answeredAt = monotonicMs();
  let silent = false;
  for (;;) {
    await systemClock.sleep(everyMs, signal).catch(() => {});
    if (signal.aborted) return;
    const deadline = AbortSignal.timeout(patienceMs);
    const answered = await client.ping({ signal: AbortSignal.any([signal, deadline]) }).then(
      () => true,
      () => false,
    );
    if (signal.aborted) return;
    const now = monotonicMs();
    if (!answered) {
      if (deadline.aborted) client.renew();
      silent = true;
      continue;
    }
    if (silent) {
      const [fromT, toT] = [answeredAt - journal.originMs, now - journal.originMs];
      journal.record({ type: 'gap', what: 'the API server', fromT, toT });
    }
    silent = false;
    answeredAt = now;
  }
}
