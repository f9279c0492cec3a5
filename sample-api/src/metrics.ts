/** Upper bounds of the duration histogram, seconds. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

interface Durations {
  counts: number[];
  sum: number;
  count: number;
}

/** Counts what was served, for `/metrics`. */
export class Metrics {
  /** Requests under way. */
  inFlight = 0;
  readonly #requests = new Map<string, number>();
  readonly #durations = new Map<string, Durations>();

  /**
   * One request has ended.
   *
   * @param status HTTP status, or `aborted` when the client went away before its answer was complete.
   */
  count(route: string, method: string, status: number | 'aborted', seconds: number): void {
    const labels = `route="${escape(route)}",method="${escape(method)}",status="${status}"`;
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1);

    let durations = this.#durations.get(route);
    if (durations === undefined) {
      durations = { counts: buckets.map(() => 0), sum: 0, count: 0 };
      this.#durations.set(route, durations);
    }
    const bucket = buckets.findIndex((bound) => seconds <= bound);
    if (bucket !== -1) durations.counts[bucket] = (durations.counts[bucket] ?? 0) + 1;
    durations.sum += seconds;
    durations.count += 1;
  }

  /** Everything counted, in Prometheus' text format 0.0.4. `gauges` are added by name. */
  text(gauges: Record<string, [help: string, value: number]>): string {
    const cpu = process.cpuUsage();
    const lines = [
      '# HELP openbell_requests_total Requests that have ended, by route, method and status.',
      '# TYPE openbell_requests_total counter',
      ...[...this.#requests].map(([labels, count]) => `openbell_requests_total{${labels}} ${count}`),
      '# HELP openbell_request_duration_seconds Time from the request to the end of its answer.',
      '# TYPE openbell_request_duration_seconds histogram',
      ...[...this.#durations].flatMap(([route, durations]) => histogram(route, durations)),
      '# HELP openbell_requests_in_flight Requests under way.',
      '# TYPE openbell_requests_in_flight gauge',
      `openbell_requests_in_flight ${this.inFlight}`,
      '# HELP process_cpu_seconds_total CPU time this process has used.',
      '# TYPE process_cpu_seconds_total counter',
      `process_cpu_seconds_total ${(cpu.user + cpu.system) / 1e6}`,
      '# HELP process_resident_memory_bytes Memory this process holds.',
      '# TYPE process_resident_memory_bytes gauge',
      `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    ];
    for (const [name, [help, value]] of Object.entries(gauges)) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`);
    }
    return `${lines.join('\n')}\n`;
  }
}

function histogram(route: string, { counts, sum, count }: Durations): string[] {
  const name = 'openbell_request_duration_seconds';
  const label = `route="${escape(route)}"`;
  let below = 0;
  return [
    ...buckets.map((bound, index) => {
      below += counts[index] ?? 0;
      return `${name}_bucket{${label},le="${bound}"} ${below}`;
    }),
    `${name}_bucket{${label},le="+Inf"} ${count}`,
    `${name}_sum{${label}} ${sum}`,
    `${name}_count{${label}} ${count}`,
  ];
}

function escape(label: string): string {
  return label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
