import { podAddress } from '../cluster/index.ts';
import type { KubeClient, Pod } from '../kubernetes/index.ts';
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

/** Asks a pod for its /metrics. @throws what kept it from answering. */
export type AskMetrics = (pod: Pod, address: { host: string; port: number }) => Promise<string>;

/** Asks each pod how many requests it served. */
export async function countByPods(pods: readonly Pod[], askMetrics: AskMetrics): Promise<CountedPods> {
  const counted: CountedPods = { pods: {}, unasked: [] };
  await Promise.all(
    pods.map(async (pod) => {
      const name = pod.metadata?.name ?? '';
      const address = podAddress(pod);
      try {
        if (address === null) throw new Error('it has no address');
        const count = requestsServed(await askMetrics(pod, address));
        if (count === null) throw new Error('its /metrics has no openbell_requests_total');
        counted.pods[name] = count;
      } catch (error) {
        counted.unasked.push(`${name}: ${(error as Error).message}`);
      }
    }),
  );
  return counted;
}

/** Asks a pod at its own address. */
export function atItsAddress(signal: AbortSignal): AskMetrics {
  return async ({ metadata }, { host, port }) => {
    const url = new URL(`http://${host}:${port}/metrics`);
    const { body, status, pod } = await ask(url, { timeoutMs: 2_000, signal });
    if (status !== 200) throw new Error(`it answered ${status}`);
    if (pod !== null && pod !== metadata?.name) throw new Error(`its address belongs to ${pod} now`);
    return body;
  };
}

/** Asks a pod through the API server, for clusters whose pod network cannot be reached from here. */
export function throughTheApi(client: KubeClient, signal: AbortSignal): AskMetrics {
  return ({ metadata }, { port }) => {
    const { name = '', namespace } = metadata ?? {};
    return client.askPod({ name, port, path: '/metrics' }, { namespace, signal });
  };
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
