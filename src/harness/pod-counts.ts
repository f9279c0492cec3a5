import { podAddress } from '../cluster/index.ts';
import type { Pod } from '../kubernetes/index.ts';
import { ask } from './probe.ts';

/** The pods' own counts, and why some are missing. */
export interface CountedPods {
  /** Requests that each pod counted, by name. */
  pods: Record<string, number>;
  /** Pods that could not be asked, each with the reason. */
  unasked: string[];
}

/** Routes that the cluster and the harness ask for by themselves; they are no traffic. */
const ownRoutes = new Set(['/metrics', '/livez', '/readyz']);

/** Asks each pod at its own address how many requests it served. */
export async function countByPods(pods: readonly Pod[], signal: AbortSignal): Promise<CountedPods> {
  const counted: CountedPods = { pods: {}, unasked: [] };
  await Promise.all(
    pods.map(async (pod) => {
      const name = pod.metadata?.name ?? '';
      const address = podAddress(pod);
      try {
        if (address === null) throw new Error('it has no address');
        const url = new URL(`http://${address.host}:${address.port}/metrics`);
        const { body, status, pod: answered } = await ask(url, { timeoutMs: 2_000, signal });
        if (status !== 200) throw new Error(`it answered ${status}`);
        if (answered !== null && answered !== name) throw new Error(`its address belongs to ${answered} now`);
        const count = requestsServed(body);
        if (count === null) throw new Error('its /metrics has no openbell_requests_total');
        counted.pods[name] = count;
      } catch (error) {
        counted.unasked.push(`${name}: ${(error as Error).message}`);
      }
    }),
  );
  return counted;
}

/**
 * The requests of the traffic in a Prometheus text: the sum of `openbell_requests_total` over its routes, save those that
 * serve the cluster itself. Null where the metric is not there at all.
 */
export function requestsServed(metrics: string): number | null {
  if (!metrics.includes('openbell_requests_total')) return null;
  let sum = 0;
  for (const [, labels = '', value] of metrics.matchAll(/^openbell_requests_total\{(.*)\} (\d+)$/gm)) {
    const route = /(?:^|,)route="((?:[^"\\]|\\.)*)"/.exec(labels)?.[1] ?? '';
    if (!ownRoutes.has(route)) sum += Number(value);
  }
  return sum;
}
