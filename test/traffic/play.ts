/** Plays small plans against a target, on the calling thread. */
import { expect } from 'vitest';
import type { OutcomeCounts } from '../../src/journal/index.ts';
import { monotonicMs } from '../../src/support/index.ts';
import { runGenerator } from '../../src/traffic/generator/generator.ts';
import type { FromGenerator, RawSecond } from '../../src/traffic/generator/messages.ts';
import type { RequestSpec, TrafficPlan } from '../../src/traffic/index.ts';
import { Target, type Behaviour } from './target.ts';

/** Arrivals that {@link play} schedules where the plan is not changed. */
export const total = 60;
/** The request that is sent where the plan is not changed. */
export const get: RequestSpec = {
  name: 'quote',
  weight: 1,
  method: 'GET',
  path: '/quote',
  headers: {},
  body: null,
};

/** What became of a plan's arrivals. */
export interface Played {
  seconds: RawSecond[];
  scheduled: number;
  outcomes: OutcomeCounts;
  statuses: Record<string, number>;
}

/**
 * The machine's clock without the time in which the thread that reads it stood still: on a busy machine a plan of 150 ms
 * is played as it would be on an idle one.
 */
export function unhurried(): () => number {
  const longestMs = 50;
  let lastMs = monotonicMs();
  let lostMs = 0;
  return () => {
    const nowMs = monotonicMs();
    lostMs += Math.max(0, nowMs - lastMs - longestMs);
    lastMs = nowMs;
    return nowMs - lostMs;
  };
}

/** Plays 60 requests in 150 ms on this thread and gives what became of them. */
export async function play(
  target: Target | URL,
  change: Partial<TrafficPlan> = {},
  now = unhurried(),
): Promise<Played> {
  const seconds: RawSecond[] = [];
  const { promise: end, resolve } = Promise.withResolvers<{ scheduled: number }>();
  const nowMs = now();
  runGenerator(
    {
      plan: {
        phases: [{ name: 'steady', durationMs: 150, rate: { kind: 'constant', rate: (total * 1000) / 150 } }],
        requests: [get],
        connections: 100,
        timeoutMs: 2000,
        connectionPolicy: { kind: 'keep' },
        ...change,
      },
      target: (target instanceof Target ? target.url : target).href,
      seed: 1,
      originMs: nowMs,
      startMs: nowMs,
      share: { worker: 0, of: 1 },
      goodResponseMs: null,
      ticks: false,
      ledgerFile: null,
    },
    now,
    (message: FromGenerator) => {
      if (message.kind === 'second') seconds.push(message.second);
      else if (message.kind === 'end') resolve(message);
    },
  );
  const { scheduled } = await end;
  const outcomes = { ok: 0, http_error: 0, timeout: 0, refused: 0, reset: 0, dropped: 0 };
  const statuses: Record<string, number> = {};
  for (const second of seconds) {
    for (const name of Object.keys(outcomes) as (keyof OutcomeCounts)[])
      outcomes[name] += second.outcomes[name];
    for (const [status, n] of Object.entries(second.statuses)) statuses[status] = (statuses[status] ?? 0) + n;
  }
  return { seconds, scheduled, outcomes, statuses };
}

/** Plays against a target that behaves so, and checks what holds for every target. */
export async function playAgainst(
  behaviour: Behaviour,
  change: Partial<TrafficPlan> = {},
): Promise<Played & { target: Target }> {
  const target = await Target.listen(behaviour);
  try {
    const played = await play(target, change);
    const { outcomes, scheduled } = played;
    expect(
      Object.values(outcomes).reduce((a, b) => a + b, 0),
      'outcomes of all arrivals',
    ).toBe(scheduled);
    expect(outcomes.ok + outcomes.http_error, 'answers counted').toBe(target.finished.size);
    const ids = target.received.map(({ id }) => id);
    expect(new Set(ids).size, 'requests received twice').toBe(ids.length);
    return { ...played, target };
  } finally {
    target.close();
  }
}
