import { countUpTo, decodeHistogram, totalOf } from '../../analysis/index.ts';
import {
  outcomes,
  type EndpointsObserved,
  type JournalEvent,
  type NodeObserved,
  type OutcomeCounts,
  type PodObserved,
  type RunStart,
  type TrafficSecond,
} from '../../journal/index.ts';
import { openMetricsText, type MetricFamily } from './openmetrics.ts';

/** Limits of the response-time histogram, s. */
const limits = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What goes on between two seconds, as the traffic engine says it about four times a second. */
export interface LiveTick {
  askedRate: number;
  /** In the closed model. */
  users?: number;
  inFlight: number;
  connections: number;
}

/**
 * A run's figures so far, for scrapers. Counters and histograms are sums of the journal's seconds, so they lag by the second
 * under way and end at what the report says; gauges are of now.
 */
export class LiveMetrics {
  readonly #outcomes: OutcomeCounts = { ok: 0, http_error: 0, timeout: 0, refused: 0, reset: 0, dropped: 0 };
  readonly #buckets = limits.map(() => 0);
  readonly #byPod = new Map<string, { node: string; ok: number; httpError: number; connections: number }>();
  readonly #pods = new Map<string, PodObserved>();
  readonly #nodes = new Map<string, NodeObserved>();
  readonly #faults = { injected: 0, landed: 0, failed: 0 };
  readonly #failedChecks = new Map<string, number>();
  #start: RunStart | null = null;
  #scheduled = 0;
  #count = 0;
  #sumSeconds = 0;
  #saturated = 0;
  #last: TrafficSecond | null = null;
  #tick: LiveTick | null = null;
  #endpoints: EndpointsObserved | null = null;
  #desired: number | null = null;
  #phase: string | null = null;

  /** Takes in an event of the journal. */
  event(event: JournalEvent): void {
    switch (event.type) {
      case 'run.start':
        this.#start = event;
        break;
      case 'phase.start':
        this.#phase = event.name;
        break;
      case 'traffic.second':
        this.#second(event);
        break;
      case 'traffic.end':
        this.#tick = null;
        this.#phase = null;
        break;
      case 'fault.inject':
        this.#faults.injected++;
        break;
      case 'fault.landed':
        this.#faults.landed++;
        break;
      case 'fault.failed':
        this.#faults.failed++;
        break;
      case 'k8s.pod':
        if (event.change === 'deleted') this.#pods.delete(event.uid);
        else this.#pods.set(event.uid, event);
        break;
      case 'k8s.node':
        if (event.change === 'deleted') this.#nodes.delete(event.name);
        else this.#nodes.set(event.name, event);
        break;
      case 'k8s.endpoints':
        this.#endpoints = event;
        break;
      case 'k8s.deployment':
        this.#desired = event.specReplicas;
        break;
    }
  }

  tick(tick: LiveTick): void {
    this.#tick = tick;
  }

  /** The exposition; the same figures give the same text. */
  text(): string {
    return openMetricsText([...this.#run(), ...this.#traffic(), ...this.#cluster()]);
  }

  #second(second: TrafficSecond): void {
    this.#last = second;
    this.#scheduled += second.scheduled;
    for (const outcome of outcomes) this.#outcomes[outcome] += second.outcomes[outcome];
    const histogram = second.response.ok === undefined ? null : decodeHistogram(second.response.ok);
    if (histogram !== null) {
      this.#count += histogram.totalCount;
      this.#sumSeconds += totalOf(histogram) / 1e6;
      for (const [index, le] of limits.entries()) {
        this.#buckets[index] = (this.#buckets[index] ?? 0) + countUpTo(histogram, le * 1e6);
      }
    }
    for (const pod of this.#byPod.values()) pod.connections = 0;
    for (const [name, { node, ok, httpError, connections }] of Object.entries(second.pods)) {
      const so = this.#byPod.get(name);
      this.#byPod.set(name, {
        node,
        ok: (so?.ok ?? 0) + ok,
        httpError: (so?.httpError ?? 0) + httpError,
        connections,
      });
    }
    for (const [check, failed] of Object.entries(second.failedChecks ?? {})) {
      this.#failedChecks.set(check, (this.#failedChecks.get(check) ?? 0) + failed);
    }
    if (second.generator.saturated) this.#saturated++;
  }

  #run(): MetricFamily[] {
    const start = this.#start;
    if (start === null) return [];
    const labels = {
      run: start.runId,
      scenario: start.scenario.name,
      version: start.openbellVersion,
      seed: String(start.seed),
    };
    const phase = this.#phase;
    return [
      {
        name: 'openbell_run',
        type: 'info',
        help: 'The run that these figures are of.',
        samples: [{ labels, value: 1 }],
      },
      {
        name: 'openbell_phase',
        type: 'info',
        help: 'The phase of traffic under way; absent before and after.',
        samples: phase === null ? [] : [{ labels: { phase }, value: 1 }],
      },
    ];
  }

  #traffic(): MetricFamily[] {
    const last = this.#last;
    const pods = [...this.#byPod];
    return [
      counter('openbell_requests_scheduled', 'Requests that were due.', this.#scheduled),
      {
        name: 'openbell_requests',
        type: 'counter',
        help: 'Requests by outcome; the outcomes sum to the scheduled requests.',
        samples: outcomes.map((outcome) => ({ labels: { outcome }, value: this.#outcomes[outcome] })),
      },
      {
        name: 'openbell_response_time_seconds',
        type: 'histogram',
        unit: 'seconds',
        help: 'From the instant a request was due to its complete answer, of requests that ended ok.',
        samples: [
          {
            buckets: limits.map((le, index) => ({ le, count: this.#buckets[index] ?? 0 })),
            count: this.#count,
            sum: this.#sumSeconds,
          },
        ],
      },
      {
        name: 'openbell_pod_answers',
        type: 'counter',
        help: 'Answers by the pod that gave them.',
        samples: pods.flatMap(([pod, { node, ok, httpError }]) => [
          { labels: { pod, node, outcome: 'ok' }, value: ok },
          { labels: { pod, node, outcome: 'http_error' }, value: httpError },
        ]),
      },
      {
        name: 'openbell_check_failures',
        type: 'counter',
        help: 'Answers that failed a check.',
        samples: [...this.#failedChecks].map(([check, value]) => ({ labels: { check }, value })),
      },
      {
        name: 'openbell_pod_connections',
        type: 'gauge',
        help: 'Open connections whose last answer came from the pod.',
        samples: pods.map(([pod, { node, connections }]) => ({ labels: { pod, node }, value: connections })),
      },
      gauge(
        'openbell_offered_rate',
        'Requests per second that the schedule asks for now; absent in the closed model.',
        this.#tick?.users === undefined ? this.#tick?.askedRate : undefined,
      ),
      gauge('openbell_users', 'Users of the closed model who are here now.', this.#tick?.users),
      gauge('openbell_requests_in_flight', 'Requests sent and not yet ended.', this.#tick?.inFlight),
      gauge('openbell_connections', 'Open connections.', this.#tick?.connections ?? last?.connections.open),
      {
        ...gauge(
          'openbell_generator_lateness_seconds',
          'How late requests were sent in the last second, p99.',
          last === null ? undefined : last.generator.latenessP99Ms / 1000,
        ),
        unit: 'seconds',
      },
      counter(
        'openbell_generator_spoiled_seconds',
        'Seconds that the generator spoiled.',
        this.#saturated,
        'seconds',
      ),
    ];
  }

  #cluster(): MetricFamily[] {
    const pods = [...this.#pods.values()];
    const endpoints = this.#endpoints?.endpoints ?? [];
    const workers = [...this.#nodes.values()].filter(({ role }) => role === 'worker');
    const { injected, landed, failed } = this.#faults;
    return [
      gauge('openbell_pods_desired', 'Replicas that the Deployment asks for.', this.#desired ?? undefined),
      gauge('openbell_pods_ready', 'Pods that are Ready.', pods.filter(({ ready }) => ready).length),
      gauge(
        'openbell_pods_in_rotation',
        'Endpoints of the Service that are ready.',
        endpoints.filter(({ ready }) => ready).length,
      ),
      gauge(
        'openbell_workers_ready',
        'Workers that are Ready.',
        workers.filter(({ ready }) => ready === 'True').length,
      ),
      {
        name: 'openbell_faults',
        type: 'counter',
        help: 'Faults by what became of them.',
        samples: [
          { labels: { state: 'injected' }, value: injected },
          { labels: { state: 'landed' }, value: landed },
          { labels: { state: 'failed' }, value: failed },
        ],
      },
    ];
  }
}

function counter(name: string, help: string, value: number, unit?: string): MetricFamily {
  return { name, type: 'counter', ...(unit === undefined ? {} : { unit }), help, samples: [{ value }] };
}

/** A gauge without a value has no sample. */
function gauge(name: string, help: string, value: number | undefined): MetricFamily {
  return { name, type: 'gauge', help, samples: value === undefined ? [] : [{ value }] };
}
