import { mergeHistograms } from '../../src/traffic/histograms.ts';
import { arrivalsAt, cpuUs, play, type Ground, type Part } from './ground.ts';

/** How much one thread, and several, can send on time. */
export async function rates(ground: Ground): Promise<Part> {
  const rows: Part['rows'] = [];
  for (const [rate, seconds, threads] of [
    [10_000, 30, 1],
    [20_000, 5, 1],
    [30_000, 5, 1],
    [30_000, 5, 2],
  ] as const) {
    const phases = [{ name: 'hold', durationMs: seconds * 1000, rate: { kind: 'constant', rate } as const }];
    const played = await play(ground, phases, { connections: 500, threads });
    const arrivals = await arrivalsAt(ground);
    const { end } = played;
    const lateness = mergeHistograms([end.lateness ?? '']);
    const onTime = shareBelow(lateness, 10_000, end.scheduled);
    const spoiled = played.seconds.filter(({ generator }) => generator.saturated);
    const untold = played.seconds.filter(({ second, scheduled, outcomes, generator }) => {
      const from = played.startMs + second * 1000;
      const came = arrivals.filter((ms) => ms >= from && ms < from + 1000).length;
      return Math.abs(came + outcomes.dropped - scheduled) > scheduled / 100 && !generator.saturated;
    });
    rows.push([
      `${rate}/s for ${seconds} s, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
      `${(onTime * 100).toFixed(2)} %`,
      `${(lateness.getValueAtPercentile(50) / 1000).toFixed(2)} / ${(lateness.getValueAtPercentile(99) / 1000).toFixed(2)} ms`,
      end.outcomes.dropped,
      `${spoiled.length} of ${played.seconds.length}`,
      untold.length,
      `${(Math.max(...played.seconds.map(({ generator }) => generator.cpu)) * 100).toFixed(0)} %`,
      `${cpuUs(played.seconds).toFixed(1)} µs`,
    ]);
  }
  rows.push(['to reach at 10,000/s on one thread', '99.9 %', '', '', '', 0, '', '']);
  return {
    title: 'Rate: what one thread sends on time',
    note:
      'The target’s process shares the machine’s cores with the generator. On time: at most 10 ms after the instant it was ' +
      'due; arrivals dropped are not. A second is spoiled by the engine’s own word when more than one send in a hundred was ' +
      'later than that; untold are seconds in which more than one in a hundred of the arrivals that the engine says it sent were not seen at ' +
      'the target, or too many, and which are not marked. Dropped: no connection of 500 was free, which is an outcome of its second.',
    columns: [
      '',
      'on time',
      'late p50 / p99',
      'dropped',
      'seconds spoiled',
      'untold',
      'core, worst s',
      'CPU/request',
    ],
    rows,
  };
}

function shareBelow(histogram: ReturnType<typeof mergeHistograms>, us: number, scheduled: number): number {
  // The percentile whose value is the limit, found by halving: there are fewer than a thousand steps in a per mille.
  let low = 0;
  let high = 100;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (histogram.getValueAtPercentile(middle) <= us) low = middle;
    else high = middle;
  }
  return ((low / 100) * histogram.totalCount) / scheduled;
}
