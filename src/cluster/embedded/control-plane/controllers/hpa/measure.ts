/** From pods and PodMetrics, as they travel, to the values that the arithmetic takes. Pure. */
import type { PodSample, ScaledPod } from '../../../../../autoscaler/index.ts';
import { milliOf } from '../../../../../kubernetes/quantity.ts';
import type { Pod, PodMetrics } from '../../../objects.ts';
import { podCondition } from '../machinery/pods.ts';
import { parseTimestamp } from '../machinery/timestamps.ts';

/** What is measured: a resource, of one container or of all. */
export interface Measured {
  resource: string;
  container?: string | undefined;
}

/** The pods with what they request of the resource. */
export function scaledPods(pods: readonly Pod[], measured: Measured): ScaledPod[] {
  return pods.map((pod) => {
    const ready = podCondition(pod, 'Ready');
    return {
      name: pod.metadata?.name ?? '',
      phase: pod.status?.phase ?? '',
      deleting: pod.metadata?.deletionTimestamp !== undefined,
      ready: ready === undefined ? null : ready.status === 'True',
      readyChangedAtMs: parseTimestamp(ready?.lastTransitionTime) ?? 0,
      startedAtMs: parseTimestamp(pod.status?.startTime) ?? null,
      request: requestOf(pod, measured),
    };
  });
}

/** The samples of these pods, by name. A pod of which one container has no figure has none. */
export function samplesOf(
  metrics: readonly PodMetrics[],
  pods: readonly Pod[],
  { resource, container }: Measured,
): Map<string, PodSample> {
  const names = new Set(pods.map(({ metadata }) => metadata?.name));
  const samples = new Map<string, PodSample>();
  for (const { metadata, timestamp, window, containers } of metrics) {
    if (!names.has(metadata?.name)) continue;
    const counted = containers.filter(({ name }) => container === undefined || name === container);
    const figures = counted.map(({ usage }) => (usage as Record<string, string>)[resource]);
    if (figures.length === 0 || figures.includes(undefined)) continue;
    samples.set(metadata?.name ?? '', {
      milli: figures.reduce((total, figure) => total + milliOf(figure ?? '0'), 0),
      takenAtMs: parseTimestamp(timestamp) ?? 0,
      windowMs: durationMs(window),
    });
  }
  return samples;
}

/** Milliseconds of a Go duration: `1.5s`, `1m30s`, `250ms`. */
export function durationMs(text: string): number {
  const units: Record<string, number> = {
    h: 3_600_000,
    m: 60_000,
    s: 1000,
    ms: 1,
    us: 1e-3,
    µs: 1e-3,
    ns: 1e-6,
  };
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|us|µs|ns|h|m|s)/g)) {
    total += Number(amount) * (units[unit ?? ''] ?? 0);
  }
  return total;
}

function requestOf({ spec }: Pod, { resource, container }: Measured): ScaledPod['request'] {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  let milli = 0;
  for (const { name, resources } of [...(spec?.containers ?? []), ...sidecars]) {
    if (container !== undefined && name !== container) continue;
    const request = resources?.requests?.[resource];
    if (request === undefined) return { missingIn: name };
    milli += milliOf(request);
  }
  return { milli };
}
