import type { Findings } from '../../../src/analysis/index.ts';
import type { Comparison } from './comparison.ts';
import { struckAt } from './faults.ts';
import { of, type Line } from './lines.ts';

type Advice = Findings['recommendations'][number];

/** What each recommendation would have bought, from the journal and from figures that are held against it elsewhere. */
export function recomputeAdvice(lines: readonly Line[], findings: Findings, is: Comparison): void {
  for (const advice of findings.recommendations) {
    const want = gainOf(advice, lines, findings);
    is.same(`"${advice.change}" is known`, want !== null, true);
    if (want === null) continue;
    is.number(`requests saved by ${advice.change} (${advice.answers})`, advice.gain.requests, want.requests);
    is.number(`time saved by ${advice.change} (${advice.answers})`, advice.gain.ms, want.ms, 1e-6);
  }
}

interface Gain {
  requests: number;
  ms: number | null;
}

function gainOf(advice: Advice, lines: readonly Line[], findings: Findings): Gain | null {
  const { change } = advice;
  if (change.startsWith('node-monitor-grace-period')) return fasterDetection(advice, lines, findings);
  if (change.startsWith('clients')) return repeats(advice, lines, findings);
  if (change.startsWith('readiness probe')) return shorterProbe(advice, lines, findings);
  if (change.startsWith('pods that go on serving')) return leavingPods(findings);
  const variant = findings.whatIf?.variants.find((one) => one.change === change);
  return variant === undefined ? null : { requests: variant.fewerBadRequests, ms: null };
}

/** Two renewals missed and a look, 25 s of Kubernetes' own pace; requests are lost evenly over the outage. */
function fasterDetection({ answers }: Advice, lines: readonly Line[], { faults }: Findings): Gain | null {
  const fault = faults.find(({ id }) => id === answers);
  const { timings } = of(lines, 'cluster.ready')[0];
  if (fault?.outageMs === undefined || fault.outageMs === null) return null;
  const ms = Math.min(fault.outageMs, timings.nodeMonitorGraceMs - 25_000 / timings.speedup);
  return { requests: Math.round((fault.lost * ms) / fault.outageMs), ms };
}

/** Requests without an answer that were due after the fault and went to a lost pod, or to nobody while it was listed. */
function repeats({ answers }: Advice, lines: readonly Line[], { faults }: Findings): Gain | null {
  const fault = faults.find(({ id }) => id === answers);
  const inject = of(lines, 'fault.inject').find(({ id }) => id === answers);
  const landed = of(lines, 'fault.landed').find(({ id }) => id === answers);
  if (fault === undefined || inject === undefined || landed === undefined) return null;
  const struck = struckAt({ inject, landed });
  const out = fault.waterfall.find(({ step }) => step === 'out of rotation')?.atMs ?? Infinity;
  const healed = Math.max(out, struck + (fault.outageMs ?? 0));
  let [kept, listed] = [0, 0];
  for (const second of of(lines, 'traffic.second')) {
    for (const { pod, outcome, scheduledT, reused } of second.failures) {
      if (scheduledT < struck || scheduledT > healed || outcome === 'dropped') continue;
      if (pod !== null && !fault.lostPods.includes(pod)) continue;
      const weight =
        second.outcomes[outcome] / second.failures.filter((one: Line) => one.outcome === outcome).length;
      if (reused === true || (reused === undefined && pod !== null)) kept += weight;
      else if (scheduledT <= out) listed += weight;
    }
  }
  const slices = of(lines, 'k8s.endpoints').findLast(({ t }) => t <= struck);
  const ready = slices?.endpoints.filter((one: Line) => one.ready).length ?? 0;
  const again = out - struck <= 100 ? 0 : fault.lostPods.length / ready;
  return { requests: Math.round((Math.round(kept) + Math.round(listed)) * (1 - again)), ms: null };
}

/** Half of what the period would be shorter, at most what pods waited between start and readiness. */
function shorterProbe({ fromMs }: Advice, lines: readonly Line[], { autoscaling }: Findings): Gain | null {
  const step = autoscaling.loadSteps.find((one) => one.fromMs === fromMs);
  const ready = of(lines, 'cluster.ready')[0];
  const probe = of(lines, 'k8s.deployment').findLast(({ template }) => template?.readiness)?.template
    .readiness;
  const at = (name: string): number => step?.stages.find(({ stage }) => stage === name)?.allMs ?? NaN;
  if (step === undefined || probe === undefined) return null;
  const divides = ready.dividesObjectSeconds ?? ready.provider === 'embedded';
  const shorter = (probe.periodMs - 1000) / (divides ? ready.timings.speedup : 1) / 2;
  const ms = Math.min(at('ready') - at('started'), shorter);
  return {
    requests: Math.round(((step.lost + step.slow) * ms) / (at('in rotation') - step.fromMs)),
    ms,
  };
}

function leavingPods({ rerouting }: Findings): Gain {
  const failed = rerouting.departures.map(({ afterSigterm }) => afterSigterm?.failed ?? 0);
  return { requests: failed.reduce((sum, one) => sum + one, 0), ms: null };
}
