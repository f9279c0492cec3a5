import { scheduleOf, type Phase, type Schedule } from '../../src/traffic/index.ts';
import { mergeHistograms } from '../../src/traffic/histograms.ts';
import { arrivalsAt, cpuUs, play, playK6, type Ground, type Part } from './ground.ts';

const rounds = 3;
const phases: Phase[] = [
  { name: 'up', durationMs: 10_000, rate: { kind: 'ramp', from: 200, to: 2000 } },
  { name: 'down', durationMs: 10_000, rate: { kind: 'ramp', from: 2000, to: 200 } },
];

/** The pace as the target sees it, of a ramp up and down. */
export async function ramp(ground: Ground): Promise<Part> {
  const schedule = scheduleOf({ phases });
  await play(ground, [{ name: 'warm-up', durationMs: 2000, rate: { kind: 'constant', rate: 500 } }]);
  await arrivalsAt(ground);
  const rows: Part['rows'] = [];
  for (let round = 1; round <= rounds; round++) {
    const { startMs, seconds, end } = await play(ground, phases);
    const arrivals = (await arrivalsAt(ground)).map((ms) => ms - startMs);
    const lateness = mergeHistograms([end.lateness ?? '']);
    const late = (percentile: number): string =>
      `${(lateness.getValueAtPercentile(percentile) / 1000).toFixed(2)} ms`;
    const worst = Math.max(...seconds.map(({ generator }) => generator.latenessP99Ms));
    const spoiled = seconds.filter(({ generator }) => generator.saturated).length;
    rows.push([
      `openbell, round ${round}`,
      worstWindow(arrivals, schedule, 1000),
      worstWindow(arrivals, schedule, 100),
      late(50),
      late(99),
      `${worst.toFixed(2)} ms`,
      spoiled,
      `${cpuUs(seconds).toFixed(0)} µs`,
    ]);
    if (ground.k6 === null) continue;
    await playK6(
      { ...ground, k6: ground.k6 },
      {
        executor: 'ramping-arrival-rate',
        startRate: 200,
        timeUnit: '1s',
        preAllocatedVUs: 50,
        maxVUs: 50,
        stages: [
          { target: 2000, duration: '10s' },
          { target: 200, duration: '10s' },
        ],
      },
    );
    const theirs = await arrivalsAt(ground);
    // k6 does not say when its schedule began: its first request is taken to have come on time.
    const began = (theirs[0] ?? 0) - schedule.dueMs(0);
    rows.push([
      `k6 ramping-arrival-rate, round ${round}`,
      worstWindow(
        theirs.map((ms) => ms - began),
        schedule,
        1000,
      ),
      worstWindow(
        theirs.map((ms) => ms - began),
        schedule,
        100,
      ),
      ...Array<string>(5).fill('–'),
    ]);
  }
  rows.push(['to reach', '1 %', '5 %', '', '2 ms', '', '', '']);
  return {
    title: 'Pace: a ramp 200 → 2,000 → 200/s',
    note:
      'Arrivals seen at the target in windows of a second and of 100 ms, the worst window against the schedule; how late ' +
      'sends were by the engine’s own account; seconds that it marks as spoiled by itself; CPU time of ' +
      'its thread per request. vegeta’s command plays constant rates only and takes no part.',
    columns: [
      '',
      'worst 1 s',
      'worst 100 ms',
      'late p50',
      'late p99',
      'p99 of the worst s',
      'seconds spoiled',
      'CPU/request',
    ],
    rows,
  };
}

function worstWindow(arrivals: readonly number[], schedule: Schedule, windowMs: number): string {
  const came = new Map<number, number>();
  for (const ms of arrivals) {
    const window = Math.floor(ms / windowMs);
    came.set(window, (came.get(window) ?? 0) + 1);
  }
  let most = 0;
  for (let window = 0; window * windowMs < schedule.durationMs; window++) {
    const asked = schedule.countBy((window + 1) * windowMs) - schedule.countBy(window * windowMs);
    most = Math.max(most, Math.abs((came.get(window) ?? 0) - asked) / asked);
  }
  return `${(most * 100).toFixed(2)} %`;
}
