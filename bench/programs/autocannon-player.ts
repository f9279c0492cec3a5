/** Plays with autocannon as it is and sends what it tells: `node autocannon-player.ts <json>`. */
import autocannon from 'autocannon';
import type { TrafficPlan } from '../../src/traffic/index.ts';
import type { Told } from '../support/peers.ts';

const { plan, url, rate, durationMs } = JSON.parse(process.argv[2] ?? '{}') as {
  plan: TrafficPlan;
  url: string;
  rate: number;
  durationMs: number;
};
const { connectionPolicy } = plan;
const result = (await autocannon({
  url,
  method: plan.requests[0]?.method ?? 'GET',
  connections: plan.connections,
  overallRate: rate,
  duration: durationMs / 1000,
  timeout: plan.timeoutMs / 1000,
  ...(connectionPolicy.kind === 'keep'
    ? {}
    : { reconnectRate: connectionPolicy.kind === 'every' ? connectionPolicy.requests : 1 }),
})) as {
  '2xx': number;
  '3xx'?: number;
  non2xx: number;
  errors: number;
  latency: { p50: number };
};
process.send?.({
  // `errors` contains the time-outs.
  accounted: result['2xx'] + result.non2xx + result.errors,
  ok: result['2xx'] + (result['3xx'] ?? 0),
  p50Ms: result.latency.p50,
} satisfies Told);
process.disconnect();
