import type { TrafficPlan } from '../../traffic/index.ts';
import { requestSamples } from '../../traffic/index.ts';
import type { ClosedPoint } from './result.ts';

/** What of autocannon's public function and its result is used here. */
type Autocannon = (options: {
  url: string;
  connections: number;
  duration: number;
  timeout: number;
  requests: object[];
  tlsOptions?: object;
}) => PromiseLike<AutocannonResult> & { stop(): void };
interface AutocannonResult {
  duration: number;
  '2xx': number;
  '3xx': number;
  non2xx: number;
  errors: number;
  latency: { p50: number; p99: number };
}

/** So many different requests are prepared from the mix and its variables, and asked for in turn. */
const samples = 200;

/**
 * Drives the target with a fixed number of users who ask again as soon as they are answered, by autocannon's public API. Nothing
 * fails in such a probe, so its totals can be trusted; its latencies leave out what was never asked and only tell how the
 * curve bends.
 */
export async function closedLoop(
  { plan, target, seed, signal }: { plan: TrafficPlan; target: URL; seed: number; signal: AbortSignal },
  { users, seconds }: { users: number; seconds: number },
): Promise<ClosedPoint> {
  const { default: autocannon } = (await import('autocannon')) as unknown as { default: Autocannon };
  const { tls } = plan;
  const run = autocannon({
    url: target.href,
    connections: users,
    duration: seconds,
    timeout: Math.max(1, Math.ceil(plan.timeoutMs / 1000)),
    requests: requestSamples(plan, { target, seed, count: samples }),
    ...(tls === undefined
      ? {}
      : {
          tlsOptions: {
            rejectUnauthorized: tls.verify,
            ...(tls.ca === null ? {} : { ca: tls.ca }),
            ...(tls.cert === null ? {} : { cert: tls.cert }),
            ...(tls.key === null ? {} : { key: tls.key }),
          },
        }),
  });
  const stop = (): void => run.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const result = await run;
    signal.throwIfAborted();
    // autocannon counts 3xx among non2xx; here they are well, as in every run.
    const well = result['2xx'] + result['3xx'];
    return {
      users,
      throughput: well / result.duration,
      p50Ms: result.latency.p50,
      p99Ms: result.latency.p99,
      failed: result.non2xx - result['3xx'] + result.errors,
    };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
