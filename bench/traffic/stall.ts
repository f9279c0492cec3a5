import { mergeHistograms } from '../../src/traffic/histograms.ts';
import { arrivalsAt, play, playK6, type Ground, type Part } from './ground.ts';

const rate = 500;
const stall = { fromMs: 3000, untilMs: 4000 };
const durationMs = 10_000;

/**
 * What response times are reported when the target stands still for a second. The arithmetic: 500 requests are due in
 * it, evenly, and are answered at its end; of their response times half are below 500 ms, and the longest is a second.
 */
export async function stallTruth(ground: Ground): Promise<Part> {
  const phases = [{ name: 'hold', durationMs, rate: { kind: 'constant' as const, rate } }];
  const { seconds, end } = await play(ground, phases, {
    connections: 1000,
    threads: 1,
    onStart: (startMs) =>
      ground.target.send({ fromMs: startMs + stall.fromMs, untilMs: startMs + stall.untilMs }),
  });
  await arrivalsAt(ground);
  const still = seconds[stall.fromMs / 1000]?.okResponseUs;
  const ms = (us: number | undefined): number => (us ?? Number.NaN) / 1000;
  const rows: Part['rows'] = [];
  const truths = { p50: 500, p90: 900, p99: 990, max: 999 };
  for (const name of ['p50', 'p90', 'p99', 'max'] as const) {
    const truth = truths[name];
    const said = ms(still?.[name]);
    rows.push([`the stalled second, ${name}`, truth, said.toFixed(1), off(said, truth), '3 %']);
  }
  const whole = mergeHistograms([end.response]);
  // A tenth of all requests met the stall: the 99th percentile of all lies at 900 ms.
  const p99 = ms(whole.getValueAtPercentile(99));
  rows.push(['the whole run, p99', 900, p99.toFixed(1), off(p99, 900), '3 %']);
  if (ground.k6 !== null) {
    // Its schedule begins when it is ready: the stall is put 3 s after its first request.
    const waiting = arrivalsSoon(ground, (firstMs) =>
      ground.target.send({ fromMs: firstMs + stall.fromMs, untilMs: firstMs + stall.untilMs }),
    );
    const of = await playK6(
      { ...ground, k6: ground.k6 },
      {
        executor: 'constant-arrival-rate',
        rate,
        timeUnit: '1s',
        duration: `${durationMs}ms`,
        preAllocatedVUs: 1000,
        maxVUs: 1000,
      },
    );
    await waiting;
    await arrivalsAt(ground);
    const theirs = of('http_req_duration', 'p(99)');
    rows.push(['the whole run, p99, k6', 900, theirs.toFixed(1), off(theirs, 900), '']);
  }
  return {
    title: 'Truth: a target that stands still for a second at 500/s',
    note: 'Response times in ms, from the instant a request was due.',
    columns: ['', 'arithmetic', 'reported', 'off by', 'to reach'],
    rows,
  };
}

/** Asks the target again and again until a request has come. */
async function arrivalsSoon(ground: Ground, then: (firstMs: number) => void): Promise<void> {
  for (;;) {
    const [first] = await arrivalsAt(ground);
    if (first !== undefined) {
      then(first);
      return;
    }
  }
}

function off(said: number, truth: number): string {
  return `${(((said - truth) / truth) * 100).toFixed(1)} %`;
}
