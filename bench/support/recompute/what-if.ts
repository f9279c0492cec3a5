import type { Findings } from '../../../src/analysis/index.ts';
import type { Comparison } from './comparison.ts';
import { of, type Line } from './lines.ts';
import { simulate, type Rules, type World } from './simulation.ts';

type Replayed = ReturnType<typeof simulate>;

/** The run on paper: the model's error, and every variant, by a simulation of its own. Looks and calibration are held against the journal elsewhere. */
export function recomputeWhatIf(lines: readonly Line[], findings: Findings, is: Comparison): void {
  const { whatIf, autoscaling } = findings;
  const cost = autoscaling.calibration?.cost ?? null;
  if (whatIf === null) return;
  const seconds = of(lines, 'traffic.second');
  const points = seconds.map((second) => ({
    rate: second.scheduled / Math.max(1, inRotation(lines, second.startT + 500)),
    requests: second.scheduled,
    bad: badWithoutFault(second, findings),
  }));
  const shareAt = isotonic(points);
  const highest = Math.max(...points.filter(({ requests }) => requests > 0).map(({ rate }) => rate));
  const outcome = (one: Replayed): { podSeconds: number; most: number; bad: number; beyond: number } => {
    const sum = { podSeconds: 0, most: 0, bad: 0, beyond: 0 };
    for (const { startT, scheduled } of seconds) {
      const asked = one.askedAt(startT + 500);
      const rate = scheduled / Math.max(1, one.readyAt(startT + 500));
      sum.podSeconds += asked;
      sum.most = Math.max(sum.most, asked);
      sum.bad += scheduled * shareAt(rate);
      if (rate > highest * 1.001) sum.beyond += 1;
    }
    return { ...sum, bad: Math.round(sum.bad) };
  };

  const { world, rules } = recordedWorld(lines, findings);
  if (whatIf.model.work === 'offered load' && cost !== null) {
    const halfMs = world.resolutionMs / 2;
    for (const look of world.looks) {
      if (look.workMilli === null) continue;
      const [from, to] = [look.atMs - 3 * halfMs, look.atMs - halfMs];
      let due = 0;
      for (const { startT, scheduled } of seconds)
        due += (scheduled * Math.max(0, Math.min(to, startT + 1000) - Math.max(from, startT))) / 1000;
      look.workMilli = ((due * 1000) / (to - from)) * cost.cpuMsPerRequest;
    }
    world.capMilli = Math.max(
      ...of(lines, 'k8s.metrics').flatMap(({ pods }) => pods.map((pod: Line) => pod.cpuMilli)),
    );
  }
  const asItWas = simulate(world, rules);
  const modelled = outcome(asItWas);
  is.number('what if: pod-seconds of the replay', whatIf.model.podSeconds.modelled, modelled.podSeconds);
  is.number('what if: bad requests of the replay', whatIf.model.badRequests.modelled, modelled.bad);
  is.number(
    'what if: pod-seconds of the run',
    whatIf.model.podSeconds.real,
    seconds.reduce((sum, { startT }) => sum + askedFor(lines, startT + 500), 0),
  );
  is.number(
    'what if: bad requests of the run',
    whatIf.model.badRequests.real,
    Math.round(points.reduce((sum, { bad }) => sum + bad, 0)),
  );
  const decided = findings.autoscaler.syncs.filter(({ proposed }) => proposed !== null);
  const off = decided.reduce(
    (sum, { atMs, result }) => sum + Math.abs(asItWas.askedAt(atMs + 1) - result),
    0,
  );
  is.number('what if: pods off on average', whatIf.model.meanPodError, off / decided.length);

  for (const variant of whatIf.variants) {
    const tried = rulesOf(variant.change, rules, autoscaling.loadSteps[0]?.fromMs ?? 0);
    if (tried === null) continue;
    const got = outcome(simulate(world, tried));
    const name = `what if ${variant.change}`;
    is.number(`${name}: pod-seconds`, variant.podSeconds, got.podSeconds);
    is.number(`${name}: most pods`, variant.maxPods, got.most);
    is.number(`${name}: fewer bad requests`, variant.fewerBadRequests, modelled.bad - got.bad);
    is.number(`${name}: more pod-seconds`, variant.morePodSeconds, got.podSeconds - modelled.podSeconds);
    is.number(
      `${name}: seconds beyond experience`,
      variant.secondsBeyondExperience,
      Math.max(0, got.beyond - modelled.beyond),
    );
  }
}

function recordedWorld(lines: readonly Line[], findings: Findings): { world: World; rules: Rules } {
  const { syncs } = findings.autoscaler;
  const ready = of(lines, 'cluster.ready')[0];
  const { timings } = ready;
  const { calibration } = findings.autoscaling;
  const [requestMilli, idleMilli] = [calibration?.cpuRequestMilli ?? 0, calibration?.cost?.idleMilli ?? 0];
  const resolutionMs = timings.metricsResolutionMs;
  const used = syncs.map((sync) => (sync.basis === 'status' ? sync.shownUtilization : sync.utilization));
  const start = used.findIndex((one) => one !== null);
  const looks = syncs.slice(start).map(({ atMs }, index) => {
    const percent = used[start + index];
    if (percent === null || percent === undefined) return { atMs, workMilli: null };
    const each = Math.max(0, (percent / 100) * requestMilli - idleMilli);
    return { atMs, workMilli: each * Math.max(1, inRotation(lines, atMs - resolutionMs)) };
  });
  const trafficMs = of(lines, 'traffic.second')[0].startT;
  const first = syncs[start];
  const last = syncs.at(-1);
  const status = of(lines, 'k8s.hpa').at(-1);
  const divisor = (ready.dividesObjectSeconds ?? ready.provider === 'embedded') ? timings.speedup : 1;
  return {
    world: {
      looks,
      requestMilli,
      idleMilli,
      capMilli: Infinity,
      resolutionMs,
      startMs: startTime(lines, trafficMs),
      replicas: Math.max(1, first?.minReplicas ?? 1, first?.current ?? 1),
      fromMs: Math.min(first?.atMs ?? trafficMs, trafficMs),
      cpuInitializationMs: timings.hpaCpuInitializationMs,
    },
    rules: {
      target: last?.target ?? 0,
      tolerance: timings.hpaTolerance,
      min: last?.minReplicas ?? 1,
      max: last?.maxReplicas ?? 1,
      windowMs: timings.hpaDownscaleStabilizationMs,
      paceMs: 15_000 / timings.speedup,
      behavior: status.behavior ?? null,
      divisor,
      preScaled: null,
    },
  };
}

/** What the change's words say, as rules; null for words that are not known here. */
function rulesOf(change: string, base: Rules, untilMs: number): Rules | null {
  const number = Number(/\d+(?:\.\d+)?/.exec(change)?.[0]);
  if (change.startsWith('a target of')) return { ...base, target: number };
  if (change.startsWith('a tolerance of')) return { ...base, tolerance: base.tolerance / 2 };
  if (change.startsWith('no limit')) return base.behavior === null ? { ...base, unlimited: true } : null;
  if (change.startsWith('a scale-down window'))
    return base.behavior === null ? { ...base, windowMs: base.windowMs / 5, stated: true } : null;
  if (/^\d+ pods? already/.test(change)) return { ...base, preScaled: { replicas: number, untilMs } };
  return null;
}

function inRotation(lines: readonly Line[], t: number): number {
  const line = of(lines, 'k8s.endpoints').findLast((one) => one.t <= t);
  return line?.endpoints.filter((one: Line) => one.ready).length ?? 0;
}

function askedFor(lines: readonly Line[], t: number): number {
  return of(lines, 'k8s.deployment').findLast((one) => one.t <= t)?.specReplicas ?? 0;
}

/** The lower median of the time from creation to rotation, of pods made during traffic if there are any. */
function startTime(lines: readonly Line[], trafficMs: number): number {
  const spans: { at: number; took: number }[] = [];
  for (const name of new Set(of(lines, 'k8s.pod').map((line) => line.name))) {
    const at = of(lines, 'k8s.pod').find((line) => line.name === name)?.t;
    const listed = of(lines, 'k8s.endpoints').find((line) =>
      line.endpoints.some((one: Line) => one.pod === name && one.ready),
    )?.t;
    if (listed !== undefined) spans.push({ at, took: listed - at });
  }
  const during = spans.filter(({ at }) => at >= trafficMs);
  const sorted = (during.length > 0 ? during : spans).map(({ took }) => took).sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
}

/** Lost and slow requests of a second but for those that a fault accounts for. */
function badWithoutFault(second: Line, { faults }: Findings): number {
  const lost = new Set(faults.flatMap(({ lostPods }) => lostPods));
  const isTroubled = (t: number): boolean =>
    faults.some(
      ({ landedMs, injectedMs, outageMs }) =>
        landedMs !== null && t >= injectedMs && t < injectedMs + (outageMs ?? 0) + 1000,
    );
  let bad = second.slow.filter((one: Line) => !isTroubled(one.scheduledT)).length;
  for (const failure of second.failures) {
    if (isTroubled(failure.scheduledT) || (failure.pod !== null && lost.has(failure.pod))) continue;
    const listed = second.failures.filter((one: Line) => one.outcome === failure.outcome).length;
    bad += second.outcomes[failure.outcome] / listed;
  }
  return bad;
}

/**
 * Isotonic regression by its max-min formula: at each point the highest, over where a stretch begins, of the lowest mean, over where it ends. No
 * stretch begins or ends between points of one rate.
 */
function isotonic(points: { rate: number; requests: number; bad: number }[]): (rate: number) => number {
  const sorted = points.filter(({ requests }) => requests > 0).sort((a, b) => a.rate - b.rate);
  const fitted = sorted.map((_, at) => {
    let highest = 0;
    for (let from = 0; from <= at; from++) {
      if (sorted[from - 1]?.rate === sorted[from]?.rate) continue;
      let [bad, requests, lowest] = [0, 0, Infinity];
      for (let to = from; to < sorted.length; to++) {
        bad += sorted[to]?.bad ?? 0;
        requests += sorted[to]?.requests ?? 0;
        if (to >= at && sorted[to + 1]?.rate !== sorted[to]?.rate) lowest = Math.min(lowest, bad / requests);
      }
      highest = Math.max(highest, lowest);
    }
    return highest;
  });
  return (rate) => fitted[sorted.findLastIndex((point) => point.rate <= rate)] ?? 0;
}
