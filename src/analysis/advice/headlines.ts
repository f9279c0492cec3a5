import { formatCount, formatDuration, formatInstant, formatPlural } from '../../support/index.ts';
import type { FaultFinding, Findings, Headline, LoadStepFinding } from '../findings.ts';
import type { Second } from '../record.ts';

/** What headlines are made of. */
export type Told = Pick<
  Findings,
  | 'faults'
  | 'autoscaling'
  | 'customers'
  | 'requests'
  | 'latencyMs'
  | 'balance'
  | 'trafficStartMs'
  | 'trafficEndMs'
> & { seconds: readonly Second[] };

/** How many findings a reader is told first. */
const most = 3;

/**
 * The findings that matter most: faults that did not land, then by what they cost customers in requests. What speaks against the run
 * and which expectations did not hold is told with the verdict.
 */
export function headlinesOf(told: Told): Headline[] {
  const whole = { fromMs: told.trafficStartMs ?? 0, toMs: told.trafficEndMs ?? told.trafficStartMs ?? 0 };
  const missed = told.faults.filter(({ landedMs }) => landedMs === null).map(missedHeadline);
  const byCost = [
    ...told.faults.filter(({ landedMs }) => landedMs !== null).map(faultHeadline),
    ...told.autoscaling.loadSteps.map(stepHeadline),
    ...unexplained(told, whole),
  ]
    .filter(({ cost }) => cost > 0)
    .sort((a, b) => b.cost - a.cost);
  return [...missed, ...byCost, ...uneven(told, whole), ...costless(told, whole)].slice(0, most);
}

type Span = Pick<Headline, 'fromMs' | 'toMs'>;

/** A fault that was not seen to land fails the run. */
function missedHeadline({ id, type, injectedMs, problem }: FaultFinding): Headline {
  return {
    kind: 'fault',
    fault: id,
    text: `${id} (${type}) was not seen to land, so nothing follows from it${problem === null ? '.' : `: ${problem}`}`,
    cost: 0,
    definition: 'fault-instant',
    fromMs: injectedMs,
    toMs: injectedMs,
  };
}

function faultHeadline(fault: FaultFinding): Headline {
  const { id, type, target, lost, outageMs, injectedMs, landedMs, explanation } = fault;
  const because = explanation?.ofOutage ?? null;
  const bad =
    outageMs === null ? 'bad service for an unknown time' : `${formatDuration(outageMs)} of bad service`;
  const why =
    because === null
      ? ''
      : ` because ${because.governor.meanwhile}${because.governor.setting === null ? '' : ` (${because.governor.setting})`}`;
  return {
    kind: 'fault',
    fault: id,
    text: `${id} (${type} of ${target}) cost ${formatPlural(lost, 'request')} and ${bad}${why}.`,
    // A fault that was felt but lost nothing still comes before one that nobody felt.
    cost: lost > 0 ? lost : (outageMs ?? 0) >= 1 ? 0.5 : 0,
    definition: 'outage',
    fromMs: injectedMs,
    toMs: injectedMs + Math.max(outageMs ?? 0, (landedMs ?? injectedMs) - injectedMs),
  };
}

function stepHeadline({
  fromMs,
  fromRate,
  toRate,
  stages,
  lost,
  slow,
  scheduled,
}: LoadStepFinding): Headline {
  const servedMs = stages.find(({ stage }) => stage === 'first request served')?.firstMs ?? null;
  const allMs = stages.find(({ stage }) => stage === 'in rotation')?.allMs ?? null;
  const helped =
    servedMs === null
      ? 'no new pod served'
      : `the first new pod served after ${formatDuration(servedMs - fromMs)}`;
  const all = allMs === null ? '' : `, all were in rotation after ${formatDuration(allMs - fromMs)}`;
  return {
    kind: 'scaling',
    fault: null,
    text: `When the load rose from ${formatCount(fromRate)} to ${formatCount(toRate)} requests per second at ${formatInstant(fromMs)}, ${helped}${all}; of ${formatPlural(scheduled, 'request')} due until then ${lost + slow === 0 ? 'none was lost or slow' : `${formatCount(lost)} were lost and ${formatCount(slow)} slow`}.`,
    cost: lost + slow,
    definition: 'scaling-delay',
    fromMs,
    toMs: allMs ?? servedMs ?? fromMs,
  };
}

function unexplained({ customers }: Told, whole: Span): Headline[] {
  return customers.lost
    .filter(({ cause }) => cause === 'unexplained')
    .map(({ count, inSaturatedSeconds }): Headline => ({
      kind: 'unexplained',
      fault: null,
      text: `${formatPlural(count, 'request')} ${count === 1 ? 'was' : 'were'} lost that no fault explains${inSaturatedSeconds === 0 ? '' : `; up to ${formatCount(inSaturatedSeconds)} were due while the generator could not keep up`}.`,
      cost: count,
      definition: 'lost-by-cause',
      ...whole,
    }));
}

/** Less than this factor off its share, a pod was asked as unevenly as chance has it with a few connections. */
const farOff = 2;

/** A pod that was asked much more or less than its share, and why. */
function uneven({ balance }: Told, whole: Span): Headline[] {
  const says = balance?.says ?? null;
  if (balance === null || says === null) return [];
  const isFar = balance.pods.some(({ requests }) => requests >= farOff || requests <= 1 / farOff);
  if (!isFar) return [];
  return [{ kind: 'balance', fault: null, text: says, cost: 0, definition: 'balance', ...whole }];
}

/** What is good to know where little or nothing was lost. */
function costless({ faults, autoscaling, latencyMs, requests, seconds }: Told, whole: Span): Headline[] {
  const unfelt = faults.filter(
    ({ effect, landedMs, lost, outageMs }) =>
      effect !== 'arrival' && landedMs !== null && lost === 0 && (outageMs ?? 1) < 1,
  );
  const told: Headline[] = unfelt.map(({ id, injectedMs, explanation }) => ({
    kind: 'good',
    fault: id,
    text: `${id} cost no request, and nobody noticed it${explanation === null ? '' : `; healing took ${formatDuration(explanation.totalMs)}`}.`,
    cost: 0,
    definition: 'outage',
    fromMs: injectedMs,
    toMs: injectedMs + (explanation?.totalMs ?? 0),
  }));
  const steps = autoscaling.loadSteps.filter(
    ({ decisions, lost, slow }) => decisions.length > 0 && lost + slow === 0,
  );
  for (const step of steps) told.push({ ...stepHeadline(step), kind: 'good' });
  if (requests.scheduled > 0 && latencyMs.response.p99 !== null) {
    const worst = Math.max(...seconds.map(({ okResponseUs }) => (okResponseUs?.p99 ?? 0) / 1000));
    told.push({
      kind: 'good',
      fault: null,
      text: `99 of 100 requests that ended ok were answered within ${formatDuration(latencyMs.response.p99)}, in the worst second within ${formatDuration(worst)}.`,
      cost: 0,
      definition: 'response-time',
      ...whole,
    });
  }
  return told;
}
