import { messageOf } from '../../../../support/index.ts';
import { ApiError, resources, type ResourceType } from '../../api.ts';
import type { KubeObject, NodeMetrics, Pod, PodMetrics } from '../../objects.ts';
import type { Container } from '../runtime/index.ts';
import { CpuHousekeeping } from './cpu-housekeeping.ts';
import { effectiveMs, timestamp, type KubeletContext } from './context.ts';

/** A container that runs for less than this when it is first seen is measured from the next window on (metrics-server's rule). */
const freshSeconds = 10;

/** The counters of one container at one moment. */
export interface Point {
  /** Monotonic milliseconds. */
  at: number;
  cpuNanos: number;
  memoryBytes: number;
}

/** Average use over a window. */
export interface Sample {
  /** Monotonic milliseconds: the window's end. */
  at: number;
  windowMs: number;
  cpuNanosPerSecond: number;
  memoryBytes: number;
}

/**
 * The use between two moments, as metrics-server derives it: from the last point, or from its start for a container that has run
 * for at least `freshMs` when it is first seen, within the resolution; else there is no sample yet.
 */
export function sampleOf({
  last,
  now,
  startedAt,
  freshMs,
  resolutionMs,
}: {
  last: Point | undefined;
  now: Point;
  startedAt: number;
  freshMs: number;
  resolutionMs: number;
}): Sample | undefined {
  const ageMs = now.at - startedAt;
  const from =
    last ?? (ageMs >= freshMs && ageMs < resolutionMs ? { at: startedAt, cpuNanos: 0 } : undefined);
  if (from === undefined || now.at <= from.at) return undefined;
  const windowMs = now.at - from.at;
  return {
    at: now.at,
    windowMs,
    cpuNanosPerSecond: Math.max(0, ((now.cpuNanos - from.cpuNanos) * 1000) / windowMs),
    memoryBytes: now.memoryBytes,
  };
}

/**
 * Publishes what containers use: each resolution, at the same instants on all nodes as one metrics-server does, PodMetrics and
 * NodeMetrics are written from what the kubelet had measured by then. A container without a newer measurement keeps its figures.
 */
export class MetricsLoop {
  readonly #context: KubeletContext;
  readonly #pods: () => Pod[];
  readonly #housekeeping: CpuHousekeeping;
  /** Those that the last publication was made from, by container. */
  #published = new Map<string, Point>();
  #own: Point | undefined;

  constructor(context: KubeletContext, pods: () => Pod[]) {
    this.#context = context;
    this.#pods = pods;
    this.#housekeeping = new CpuHousekeeping(context);
    void this.#run();
  }

  async #run(): Promise<void> {
    const { clock, signal, config, log } = this.#context;
    const { metricsResolutionMs } = config.timings;
    while (!signal.aborted) {
      // All kubelets of the cluster share this machine's clock.
      const untilNextMs = metricsResolutionMs - (clock.wall() % metricsResolutionMs);
      await clock.sleep(untilNextMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.#publish().catch((error: unknown) => log(`metrics: ${messageOf(error)}`));
    }
  }

  async #publish(): Promise<void> {
    const running = this.#context.runtime.containers().filter(({ exit }) => exit === undefined);
    const samples = new Map<Container, Sample>();
    const published = new Map<string, Point>();
    for (const container of running) {
      const point = this.#housekeeping.latest(container);
      if (point === undefined) continue;
      published.set(container.spec.id, point);
      const sample = this.#sample(container, point);
      if (sample !== undefined) samples.set(container, sample);
    }
    this.#published = published;
    const byPod = Map.groupBy(running, ({ spec }) => spec.pod.uid);
    await Promise.all([...this.#podMetrics(byPod, samples), this.#nodeMetrics([...samples.values()])]);
  }

  #sample(container: Container, now: Point): Sample | undefined {
    const { clock, config } = this.#context;
    return sampleOf({
      last: this.#published.get(container.spec.id),
      now,
      startedAt: clock.now() - (clock.wall() - container.startedAt),
      freshMs: effectiveMs(this.#context, freshSeconds),
      resolutionMs: config.timings.metricsResolutionMs,
    });
  }

  /** A pod has metrics when each of its running containers has. */
  *#podMetrics(byPod: Map<string, Container[]>, samples: Map<Container, Sample>): Generator<Promise<void>> {
    for (const { metadata } of this.#pods()) {
      const containers = byPod.get(metadata?.uid ?? '') ?? [];
      const measured = containers.flatMap((container) => {
        const sample = samples.get(container);
        return sample === undefined ? [] : { name: container.spec.name, sample };
      });
      if (measured.length === 0 || measured.length < containers.length) continue;
      const metrics: PodMetrics = {
        apiVersion: 'metrics.k8s.io/v1beta1',
        kind: 'PodMetrics',
        metadata: {
          name: metadata?.name ?? '',
          namespace: metadata?.namespace ?? '',
          ...(metadata?.labels !== undefined && { labels: metadata.labels }),
        },
        timestamp: this.#timestampOf(Math.min(...measured.map(({ sample }) => sample.at))),
        window: goSeconds(Math.max(...measured.map(({ sample }) => sample.windowMs))),
        containers: measured.map(({ name, sample }) => ({ name, usage: quantities(sample) })),
      };
      yield this.#write(resources.podMetrics, metrics);
    }
  }

  /** A monotonic instant as a time stamp. */
  #timestampOf(at: number): string {
    const { clock } = this.#context;
    return timestamp(this.#context, clock.wall() - (clock.now() - at));
  }

  /** The node: its containers and this process. */
  async #nodeMetrics(samples: Sample[]): Promise<void> {
    const { clock, config } = this.#context;
    const { user, system } = process.cpuUsage();
    const now = { at: clock.now(), cpuNanos: (user + system) * 1000, memoryBytes: process.memoryUsage.rss() };
    const own = sampleOf({ last: this.#own, now, startedAt: 0, freshMs: 0, resolutionMs: 0 });
    this.#own = now;
    if (own === undefined) return;
    const all = [own, ...samples];
    await this.#write<NodeMetrics>(resources.nodeMetrics, {
      apiVersion: 'metrics.k8s.io/v1beta1',
      kind: 'NodeMetrics',
      metadata: { name: config.node.name, labels: { 'kubernetes.io/hostname': config.node.name } },
      timestamp: timestamp(this.#context),
      window: goSeconds(own.windowMs),
      usage: quantities({
        at: own.at,
        windowMs: own.windowMs,
        cpuNanosPerSecond: all.reduce((sum, sample) => sum + sample.cpuNanosPerSecond, 0),
        memoryBytes: all.reduce((sum, sample) => sum + sample.memoryBytes, 0),
      }),
    });
  }

  async #write<T extends KubeObject>(type: ResourceType<T>, metrics: T): Promise<void> {
    const { api } = this.#context;
    try {
      await api.update(type, metrics);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 404) throw error;
      await api.create(type, metrics);
    }
  }
}

/** As metrics-server prints usage: nanocores and kibibytes. */
function quantities({ cpuNanosPerSecond, memoryBytes }: Sample): { cpu: string; memory: string } {
  const nanocores = Math.round(cpuNanosPerSecond);
  return {
    cpu: nanocores === 0 ? '0' : `${nanocores}n`,
    memory: `${Math.round(memoryBytes / 1024)}Ki`,
  };
}

function goSeconds(ms: number): string {
  return `${Math.round(ms) / 1000}s`;
}
