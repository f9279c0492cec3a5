import { formatCount, formatDuration, formatPercent, formatPlural } from '../../support/index.ts';
import type {
  AutoscalingFindings,
  FaultFinding,
  Findings,
  LoadStepFinding,
  Recommendation,
  ScalingWhatIf,
  WhatIfFindings,
} from '../findings.ts';

/** A silent node is given two missed renewals of its lease and a look of the control plane: 2 × 10 s + 5 s. */
const shortestGraceMs = 25_000;

/** A repeat takes about as long, ms. */
const atOnceMs = 100;

/** What recommendations follow from. */
export type Measured = Pick<Findings, 'faults' | 'autoscaling' | 'whatIf' | 'rerouting' | 'replicas'> & {
  speedup: number;
  /** What seconds in objects are still to be divided by. */
  objectSpeedup: number;
  /** The readiness probe's period as written, ms; null where it is not known. */
  probePeriodMs: number | null;
};

/** What to change, for each finding that cost customers, with what it would have bought; the largest gain first. */
export function recommendationsOf(measured: Measured): Recommendation[] {
  const { faults, autoscaling, whatIf } = measured;
  return [
    ...faults.filter(isCostly).flatMap((fault) => forFault(fault, measured)),
    ...autoscaling.loadSteps
      .filter(({ lost, slow }) => lost + slow > 0)
      .flatMap((step) => forStep(step, measured)),
    ...fromReplay(autoscaling, whatIf),
    ...forLeavingPods(measured),
  ]
    .map((one) => ({ ...one, text: one.text.charAt(0).toUpperCase() + one.text.slice(1) }))
    .sort((a, b) => (b.gain.requests ?? 0) - (a.gain.requests ?? 0));
}

function isCostly({ lost, outageMs }: FaultFinding): boolean {
  return lost > 0 || (outageMs ?? 0) >= 1;
}

function forFault(fault: FaultFinding, { speedup, replicas }: Measured): Recommendation[] {
  return [...fasterDetection(fault, speedup), ...retry(fault, replicas)];
}

/** A shorter grace period ends the outage earlier by as much; requests are lost evenly over the outage. */
function fasterDetection(
  { id, injectedMs, lost, outageMs, explanation }: FaultFinding,
  speedup: number,
): Recommendation[] {
  const step = explanation?.ofOutage;
  const graceMs = step?.governor.effectiveMs ?? null;
  if (step?.governor.setting !== 'node-monitor-grace-period' || graceMs === null || outageMs === null)
    return [];
  const shorterMs = shortestGraceMs / speedup;
  const savedMs = Math.min(outageMs, graceMs - shorterMs);
  if (savedMs <= 0) return [];
  const requests = Math.round((lost * savedMs) / outageMs);
  const nominal = (ms: number): string => formatDuration(ms * speedup);
  const change = `node-monitor-grace-period: ${nominal(shorterMs)} instead of ${nominal(graceMs)}`;
  const here =
    speedup === 1
      ? ''
      : ` (${formatDuration(shorterMs)} instead of ${formatDuration(graceMs)} at this run's pace)`;
  return [
    {
      change,
      answers: id,
      gain: { requests, ms: savedMs },
      basis: 'the outage less the difference of the periods; lost requests in proportion',
      text: `${change}${here}: −${formatDuration(savedMs)} of bad service after ${id}, about ${formatPlural(requests, 'request')} of ${formatCount(lost)} not lost. The price: a node that is silent for ${nominal(shorterMs)} for another reason is given up too.`,
      definition: 'recommendation',
      fromMs: injectedMs,
      toMs: injectedMs + outageMs,
    },
  ];
}

/** A retry on a new connection meets a dead endpoint as often as there are dead ones among those listed. */
function retry(
  { id, injectedMs, outageMs, lostPods, misrouted }: FaultFinding,
  replicas: Findings['replicas'],
): Recommendation[] {
  if (misrouted === null) return [];
  const astray = misrouted.keptConnections + misrouted.whileListed;
  const listed = replicas.findLast(({ t }) => t <= injectedMs)?.inRotation ?? 0;
  const dead = lostPods.length;
  if (astray === 0 || listed <= dead) return [];
  const left = misrouted.outOfRotationMs;
  // Where the endpoints left at once, a repeat meets a living pod.
  const again = left !== null && left - injectedMs <= atOnceMs ? 0 : dead / listed;
  const requests = Math.round(astray * (1 - again));
  if (requests === 0) return [];
  const change =
    'clients (or a proxy before them) that repeat once, on a new connection, what ends without an answer';
  const chance =
    again === 0
      ? 'lost pods leave the EndpointSlices at once after such a fault'
      : `${formatCount(dead)} of the ${formatCount(listed)} listed endpoints were dead, so ${formatPercent(again)} of repeats would have failed again`;
  return [
    {
      change,
      answers: id,
      gain: { requests, ms: null },
      basis: 'failed requests that went to lost pods × the share of living endpoints',
      text: `${change}: about ${formatPlural(requests, 'request')} of ${formatCount(astray)} that went astray after ${id} not lost; ${chance}. Only what may safely be done twice can be repeated.`,
      definition: 'recommendation',
      fromMs: injectedMs,
      toMs: injectedMs + (outageMs ?? 0),
    },
  ];
}

/** When pods waited for their probe, a shorter period brings all of them into rotation sooner, by up to a period less. */
function forStep(
  { fromMs, stages, scheduled, lost, slow }: LoadStepFinding,
  measured: Measured,
): Recommendation[] {
  const { probePeriodMs, objectSpeedup } = measured;
  const at = (name: string): number | null => stages.find(({ stage }) => stage === name)?.allMs ?? null;
  const [startedMs, readyMs, rotatedMs] = [at('started'), at('ready'), at('in rotation')];
  if (probePeriodMs === null || startedMs === null || readyMs === null || rotatedMs === null) return [];
  const shorterMs = 1000;
  const waitedMs = readyMs - startedMs;
  // On average half a period passes between being ready and being asked.
  const savedMs = Math.min(waitedMs, (probePeriodMs - shorterMs) / objectSpeedup / 2);
  if (savedMs < 100) return [];
  const requests = Math.round(((lost + slow) * savedMs) / (rotatedMs - fromMs));
  const change = `readiness probe every ${formatDuration(shorterMs)} instead of every ${formatDuration(probePeriodMs)}`;
  return [
    {
      change,
      answers: 'scaling',
      gain: { requests, ms: savedMs },
      basis: 'half the difference of the periods; lost and slow requests in proportion',
      text: `${change}: about −${formatDuration(savedMs)} until all new pods are in rotation, about ${formatPlural(requests, 'request')} of ${formatCount(lost + slow)} (of ${formatCount(scheduled)} due) neither lost nor slow.`,
      definition: 'recommendation',
      fromMs,
      toMs: rotatedMs,
    },
  ];
}

/** Of what was tried on paper, that which would have served most customers better: one kind of change each. */
function fromReplay({ loadSteps }: AutoscalingFindings, whatIf: WhatIfFindings | null): Recommendation[] {
  if (whatIf === null || !loadSteps.some(({ lost, slow }) => lost + slow > 0)) return [];
  const kinds = [/^\d+ pods? already/, /^a target of/, /^no limit/];
  return kinds.flatMap((kind) => {
    const best = whatIf.variants
      .filter(({ change, fewerBadRequests }) => kind.test(change) && fewerBadRequests >= 1)
      .reduce<ScalingWhatIf | null>(
        (most, one) => (most === null || one.fewerBadRequests > most.fewerBadRequests ? one : most),
        null,
      );
    return best === null ? [] : replayed(best, whatIf);
  });
}

function replayed(
  { change, fewerBadRequests, morePodSeconds }: ScalingWhatIf,
  { model, fromMs, toMs }: WhatIfFindings,
): Recommendation {
  const { modelled, real } = model.badRequests;
  return {
    change,
    answers: 'scaling',
    gain: { requests: fewerBadRequests, ms: null },
    basis: 'the autoscaler replayed on the recorded metrics',
    text: `${change}: ${formatPlural(fewerBadRequests, 'request')} fewer lost or slow, for ${formatCount(Math.abs(morePodSeconds))} pod-seconds ${morePodSeconds < 0 ? 'fewer' : 'more'}. Computed by a replay that gives ${formatCount(modelled)} instead of ${formatCount(real)} for the run as it was.`,
    definition: 'recommendation',
    fromMs,
    toMs,
  };
}

/** Pods that were told to end and still failed requests should have gone on serving. */
function forLeavingPods({ rerouting: { departures } }: Measured): Recommendation[] {
  const failing = departures.filter(({ afterSigterm }) => (afterSigterm?.failed ?? 0) > 0);
  const requests = failing.reduce((sum, { afterSigterm }) => sum + (afterSigterm?.failed ?? 0), 0);
  const longestMs = Math.max(
    ...failing.map(({ afterSigterm, sigtermMs }) => (afterSigterm?.lastMs ?? 0) - (sigtermMs ?? 0)),
  );
  if (requests === 0) return [];
  const fromMs = Math.min(...failing.map(({ sigtermMs }) => sigtermMs ?? Infinity));
  return [
    {
      change: `pods that go on serving for ${formatDuration(longestMs)} after SIGTERM (a preStop pause, or draining)`,
      answers: 'scaling',
      gain: { requests, ms: null },
      basis: 'requests that failed at pods that were told to end',
      text: `Pods that go on serving for ${formatDuration(longestMs)} after SIGTERM (a preStop pause, or draining): ${formatPlural(requests, 'request')} that failed at ${formatPlural(failing.length, 'leaving pod')} not lost.`,
      definition: 'recommendation',
      fromMs,
      toMs: fromMs + longestMs,
    },
  ];
}
