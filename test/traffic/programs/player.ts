/**
 * Plays traffic for the fault matrix in a process of its own, several plans at the same time, each on its own thread, as
 * a run of the harness does. Told by IPC: {@link Play}, {@link Stop}, `memory`; says `{ id, started }`, `{ id, outcomes }` now and then, `{ id, end,
 * seconds }`, `{ id, error }`, `{ memory }`.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { OutcomeCounts } from '../../../src/journal/index.ts';
import { monotonicMs } from '../../../src/support/index.ts';
import { startTraffic, type TrafficPlan, type TrafficRun } from '../../../src/traffic/index.ts';

/** Starts traffic at once. */
export interface Play {
  kind: 'play';
  id: string;
  plan: TrafficPlan;
  target: string;
  seed: number;
  ledgerFile: string;
}

/** Ends the schedule of one that plays. */
export interface Stop {
  kind: 'stop';
  id: string;
}

type Seconds = Parameters<Parameters<typeof startTraffic>[0]['onSecond']>[0][];

/** What the player says. */
export type Said =
  | { id: string; started: number }
  | { id: string; outcomes: OutcomeCounts }
  | { id: string; end: Awaited<TrafficRun['done']>; seconds: Seconds }
  | { id: string; error: string }
  | { memory: { rss: number; heap: number; resources: number } };

const running = new Map<string, TrafficRun>();
const say = (said: Said): void => void process.send?.(said);

process.on('disconnect', () => process.exit());
process.on('message', (order: Play | Stop | { kind: 'memory' }) => {
  if (order.kind === 'play') void play(order);
  else if (order.kind === 'stop') running.get(order.id)?.stop();
  else {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    const { rss, heapUsed, external } = process.memoryUsage();
    const resources = process.getActiveResourcesInfo().length;
    say({ memory: { rss, heap: heapUsed + external, resources } });
  }
});

async function play({ id, plan, target, seed, ledgerFile }: Play): Promise<void> {
  const seconds: Seconds = [];
  try {
    const run = startTraffic({
      plan,
      target: new URL(target),
      seed,
      originMs: 0,
      startAtMs: monotonicMs(),
      goodResponseMs: null,
      onSecond: (second) => seconds.push(second),
      ledgerFile,
      onTick: ({ outcomes }) => say({ id, outcomes }),
    });
    running.set(id, run);
    say({ id, started: await run.started });
    say({ id, end: await run.done, seconds });
  } catch (error) {
    say({ id, error: String(error) });
  } finally {
    running.delete(id);
  }
}
