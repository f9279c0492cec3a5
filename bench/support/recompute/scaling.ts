import type { Findings } from '../../../src/analysis/index.ts';
import type { Comparison } from './comparison.ts';
import { of, type Line } from './lines.ts';

/** Decisions, load steps, calibration, elasticity, pod-seconds, the autoscaler's looks. */
export function recomputeScaling(lines: readonly Line[], findings: Findings, is: Comparison): void {
  const decisions: { atMs: number; from: number; to: number }[] = [];
  let before: number | null = null;
  for (const line of of(lines, 'k8s.deployment')) {
    if (before !== null && line.specReplicas !== before)
      decisions.push({ atMs: line.t, from: before, to: line.specReplicas });
    before = line.specReplicas;
  }
  is.same(
    'scaling decisions',
    findings.scaling.map(({ atMs, from, to }) => ({ atMs, from, to })),
    decisions,
  );
  recomputeSteps(lines, findings, is);
  recomputeCapacity(lines, findings, is);
  recomputeElasticity(lines, findings, is);
  recomputePodSeconds(lines, findings, is);
  recomputeLooks(lines, findings, is);
}

function recomputeSteps(lines: readonly Line[], { autoscaling }: Findings, is: Comparison): void {
  const seconds = of(lines, 'traffic.second');
  for (const { fromMs, fromRate, toRate, pods, stages, scheduled, lost, slow } of autoscaling.loadSteps) {
    const first = seconds.findIndex((second) => second.startT === fromMs);
    is.number(`load before ${fromMs}`, fromRate, seconds[first - 1]?.scheduled ?? null);
    is.same(`load rises at ${fromMs}`, seconds[first].scheduled > fromRate, true);
    is.same(
      `load reached after ${fromMs}`,
      seconds.slice(first, first + 60).some((second) => second.scheduled === toRate),
      true,
    );
    const seen = of(lines, 'k8s.pod').filter((line) => pods.includes(line.name));
    const instants = (holds: (line: Line) => boolean): number[] =>
      pods.flatMap((name) => seen.find((line) => line.name === name && holds(line))?.t ?? []);
    const stage = (name: string, of_: number[]): void => {
      const told = stages.find((one) => one.stage === name);
      is.number(
        `${name} of the first pod after ${fromMs}`,
        told?.firstMs,
        of_.length === 0 ? null : Math.min(...of_),
      );
      if (told?.allMs !== null)
        is.number(`${name} of all pods after ${fromMs}`, told?.allMs, Math.max(...of_));
    };
    stage(
      'pods created',
      instants(() => true),
    );
    stage(
      'scheduled',
      instants((line) => line.node !== null),
    );
    stage(
      'started',
      instants((line) => line.started),
    );
    stage(
      'ready',
      instants((line) => line.ready),
    );
    stage(
      'in rotation',
      pods.flatMap(
        (name) =>
          of(lines, 'k8s.endpoints').find((line) =>
            line.endpoints.some((one: Line) => one.pod === name && one.ready),
          )?.t ?? [],
      ),
    );
    stage(
      'first request served',
      pods.flatMap(
        (name) => seconds.find((second) => second.pods[name] !== undefined)?.pods[name].firstT ?? [],
      ),
    );
    const until = stages.find((one) => one.stage === 'in rotation')?.allMs ?? -1;
    const within = seconds.filter((second) => second.startT >= fromMs && second.startT < until);
    is.number(
      `requests due after ${fromMs}`,
      scheduled,
      within.reduce((sum, second) => sum + second.scheduled, 0),
    );
    is.number(
      `requests lost after ${fromMs}`,
      lost,
      within.reduce((sum, second) => sum + second.scheduled - second.outcomes.ok, 0),
    );
    is.number(
      `requests slow after ${fromMs}`,
      slow,
      within.reduce((sum, second) => sum + second.slow.length, 0),
    );
  }
}

/** The line through the windows by its normal equations. */
function recomputeCapacity(
  lines: readonly Line[],
  { autoscaling: { calibration } }: Findings,
  is: Comparison,
): void {
  if (calibration === null || calibration.cost === null) return;
  const seconds = of(lines, 'traffic.second');
  const start = seconds[0].startT;
  const done = new Set<string>();
  let [n, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0];
  for (const line of of(lines, 'k8s.metrics')) {
    for (const { name, cpuMilli, windowMs, takenT = line.t } of line.pods) {
      // Stamps are whole seconds: only stamp, window and use together tell two measurements apart.
      const measurement = `${name} ${takenT} ${windowMs} ${cpuMilli}`;
      if (done.has(measurement)) continue;
      done.add(measurement);
      const from = takenT - windowMs;
      if (
        from < start ||
        takenT > start + seconds.length * 1000 ||
        !listedThroughout(lines, name, from, takenT)
      )
        continue;
      let answers = 0;
      for (const second of seconds) {
        const overlap = Math.min(takenT, second.startT + 1000) - Math.max(from, second.startT);
        const tally = second.pods[name];
        if (overlap > 0 && tally !== undefined) answers += ((tally.ok + tally.httpError) * overlap) / 1000;
      }
      const x = (answers * 1000) / windowMs;
      n += 1;
      sx += x;
      sy += cpuMilli;
      sxx += x * x;
      sxy += x * cpuMilli;
    }
  }
  const slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
  is.number('windows', calibration.cost.samples, n);
  is.number('CPU per request', calibration.cost.cpuMsPerRequest, slope, 1e-6);
  is.number('idle CPU', calibration.cost.idleMilli, Math.max(0, (sy - slope * sx) / n), 1e-6);
  if (calibration.source === 'measured' && calibration.cpuRequestMilli !== null)
    is.number(
      'capacity of a pod',
      calibration.requestsPerSecond,
      (calibration.cpuRequestMilli - Math.max(0, (sy - slope * sx) / n)) / slope,
      1e-6,
    );
}

function listedThroughout(lines: readonly Line[], pod: string, from: number, to: number): boolean {
  const slices = of(lines, 'k8s.endpoints');
  const relevant = [
    slices.findLast((line) => line.t <= from),
    ...slices.filter((line) => line.t > from && line.t < to),
  ];
  return relevant.every((line) => line?.endpoints.some((one: Line) => one.pod === pod && one.ready));
}

/** In steps of a millisecond instead of exactly. */
function recomputeElasticity(
  lines: readonly Line[],
  { autoscaling: { elasticity, calibration } }: Findings,
  is: Comparison,
): void {
  if (elasticity === null || calibration === null) return;
  const slices = of(lines, 'k8s.endpoints');
  const sums = { under: 0, over: 0, underMs: 0, overMs: 0, needed: 0, ms: 0 };
  for (const second of of(lines, 'traffic.second')) {
    const demand = Math.max(1, Math.ceil(second.scheduled / calibration.requestsPerSecond - 1e-9));
    let index = slices.findLastIndex((line) => line.t <= second.startT);
    for (let ms = 0; ms < 1000; ms++) {
      while (index + 1 < slices.length && slices[index + 1].t <= second.startT + ms + 0.5) index += 1;
      const supply = slices[index]?.endpoints.filter((one: Line) => one.ready).length ?? 0;
      sums.ms += 1;
      sums.needed += demand / 1000;
      if (supply < demand) {
        sums.underMs += 1;
        sums.under += (demand - supply) / demand;
      } else if (supply > demand) {
        sums.overMs += 1;
        sums.over += (supply - demand) / demand;
      }
    }
  }
  is.number('θU', elasticity.underAccuracy, sums.under / sums.ms, 1e-3);
  is.number('θO', elasticity.overAccuracy, sums.over / sums.ms, 1e-3);
  is.number('τU', elasticity.underTimeshare, sums.underMs / sums.ms, 1e-3);
  is.number('τO', elasticity.overTimeshare, sums.overMs / sums.ms, 1e-3);
  is.number('pod-seconds needed', elasticity.demandPodSeconds, sums.needed, 1e-6);
}

function recomputePodSeconds(
  lines: readonly Line[],
  { autoscaling: { cost } }: Findings,
  is: Comparison,
): void {
  const start = of(lines, 'traffic.start')[0].t;
  const end = of(lines, 'traffic.end').at(-1)?.t ?? start;
  const placed = new Map<string, number>();
  const gone = new Map<string, number>();
  for (const line of of(lines, 'k8s.pod')) {
    if (line.node !== null && !placed.has(line.uid)) placed.set(line.uid, line.t);
    if (line.change === 'deleted' && !gone.has(line.uid)) gone.set(line.uid, line.t);
  }
  let ms = 0;
  for (const [uid, t] of placed)
    ms += Math.max(0, Math.min(gone.get(uid) ?? Infinity, end) - Math.max(t, start));
  is.number('pod-seconds', cost.podSeconds, ms / 1000);
}

/**
 * The autoscaler's own status is the independent witness of its looks. A row that goes by the metrics must have the status's
 * figure in one of the publications of that time; one that goes by the status must have it in none.
 */
function recomputeLooks(lines: readonly Line[], { autoscaler }: Findings, is: Comparison): void {
  const told = of(lines, 'k8s.hpa').filter((line) => line.conditions.length > 0);
  for (const sync of autoscaler.syncs.filter(({ seen, proposed }) => seen && proposed !== null)) {
    const status = told.find((line) => line.t === sync.atMs);
    if (status === undefined || sync.unit !== 'percent' || sync.metric !== 'cpu') continue;
    const aside = new Set(sync.setAside.map(({ pod }) => pod));
    const published = publishedUtilizations(lines, sync.atMs, aside);
    const isPublished = published.includes(status.currentUtilization);
    is.same(`what ${sync.atMs} goes by`, sync.basis, isPublished ? 'metrics' : 'status');
    if (sync.basis === 'metrics')
      is.number(`utilization at ${sync.atMs}`, sync.utilization, status.currentUtilization);
    else is.fromStatus();
    is.number(`decision at ${sync.atMs}`, sync.desired, status.desiredReplicas);
    is.number(`ratio at ${sync.atMs}`, sync.ratio, status.currentUtilization / status.targetUtilization);
  }
}

/**
 * What the publications that the autoscaler may have read give, over the pods that were not set aside. One that stopped being ready, as
 * those of a dead node, counts as long as it is not being deleted.
 */
function publishedUtilizations(lines: readonly Line[], atMs: number, aside: ReadonlySet<string>): number[] {
  const requests = new Map<string, number>();
  for (const line of of(lines, 'k8s.pod')) {
    if (line.t > atMs) continue;
    if (line.change === 'deleted' || line.terminating) requests.delete(line.name);
    else requests.set(line.name, line.cpuRequestMilli);
  }
  const timings = of(lines, 'cluster.ready')[0].timings;
  const soonMs = Math.max(1000, timings.metricsResolutionMs / 3);
  const records = of(lines, 'k8s.metrics');
  return records.flatMap((record, index) => {
    const replacedMs = records[index + 1]?.t ?? Infinity;
    if (record.t - soonMs >= atMs || replacedMs < atMs - 500) return [];
    let used = 0;
    let requested = 0;
    for (const { name, cpuMilli, takenT = record.t } of record.pods) {
      const request = requests.get(name);
      if (request === undefined || aside.has(name) || takenT >= atMs) continue;
      used += cpuMilli;
      requested += request;
    }
    return requested === 0 ? [] : [Math.floor((used * 100) / requested)];
  });
}
