import { outcomes, type Outcome, type OutcomeCounts } from '../../journal/index.ts';
import { parseExpectation } from '../expectation.ts';
import type { CustomerFindings, FaultFinding, LostRequests } from '../findings.ts';
import type { RunRecord, Second } from '../record.ts';
import type { Traffic } from '../traffic.ts';
import { weightsOf } from '../weights.ts';
import { apdexOf } from './apdex.ts';
import { customersInWords } from './sentences.ts';
import { faultWindows } from './windows.ts';

/** The share of requests that may be lost where no expectation says. */
const assumedGoal = 0.999;

/** What the run was like for those who sent the requests. */
export function customersOf(
  record: RunRecord,
  traffic: Traffic,
  faults: readonly FaultFinding[],
): CustomerFindings {
  const { seconds, requests, availability } = traffic;
  const goodResponseMs = record.of('run.plan')[0]?.goodResponseMs ?? null;
  const budget = budgetOf(record, requests.scheduled);
  const lost = lostRequests(requests, { faults, seconds, allowed: budget.allowed });
  const found = {
    availability,
    scheduled: requests.scheduled,
    budget: { ...budget, spent: requests.scheduled - requests.ok },
    lost,
    apdex: apdexOf(traffic, goodResponseMs),
    windows: faultWindows(faults, seconds),
    worstSecond: worstSecondOf(seconds),
  };
  return { ...found, says: customersInWords(found, { seconds, faults }) };
}

/** What the strictest expectation on availability allows to be lost. */
function budgetOf(record: RunRecord, scheduled: number): { goal: number; assumed: boolean; allowed: number } {
  const plan = record.of('run.plan')[0];
  const goals = (plan?.expectations ?? []).flatMap((rule) => {
    const expectation = parseExpectation(rule, plan?.faults ?? []);
    if ('message' in expectation || expectation.name !== 'availability') return [];
    return expectation.operator === '>=' || expectation.operator === '>' ? expectation.limit : [];
  });
  const goal = goals.length > 0 ? Math.max(...goals) : assumedGoal;
  return { goal, assumed: goals.length === 0, allowed: (1 - goal) * scheduled };
}

/** Every request that did not end ok, by cause: each fault's, and what no fault explains. */
function lostRequests(
  requests: OutcomeCounts,
  {
    faults,
    seconds,
    allowed,
  }: { faults: readonly FaultFinding[]; seconds: readonly Second[]; allowed: number },
): LostRequests[] {
  const share = (count: number): number | null => (allowed > 0 ? count / allowed : null);
  const byFault = faults.map((fault): LostRequests => ({
    cause: 'fault',
    fault: fault.id,
    count: fault.lost,
    byOutcome: fault.lostByOutcome,
    byPod: fault.lostByPod,
    evidence: fault.lostEvidence,
    budgetShare: share(fault.lost),
    inSaturatedSeconds: 0,
  }));
  const left = outcomes
    .filter((outcome) => outcome !== 'ok')
    .map((outcome): [Outcome, number] => {
      const explained = faults.reduce((sum, { lostByOutcome }) => sum + (lostByOutcome[outcome] ?? 0), 0);
      return [outcome, Math.max(0, requests[outcome] - explained)];
    })
    .filter(([, count]) => count > 0);
  const count = left.reduce((sum, [, one]) => sum + one, 0);
  if (count === 0) return byFault;
  return [
    ...byFault,
    {
      cause: 'unexplained',
      fault: null,
      count,
      byOutcome: Object.fromEntries(left),
      byPod: remainingByPod(seconds, faults),
      evidence: { byPod: 0, byTime: 0 },
      budgetShare: share(count),
      inSaturatedSeconds: Math.min(count, lostInSaturatedSeconds(seconds)),
    },
  ];
}

/** Failures by the pod they name, less those that are put down to faults; the largest first. */
function remainingByPod(seconds: readonly Second[], faults: readonly FaultFinding[]): LostRequests['byPod'] {
  const left = new Map<string | null, number>();
  for (const second of seconds) {
    const weights = weightsOf(second);
    for (const { pod, outcome } of second.failures) {
      left.set(pod, (left.get(pod) ?? 0) + (weights.get(outcome) ?? 1));
    }
  }
  for (const { pod, count } of faults.flatMap(({ lostByPod }) => lostByPod)) {
    left.set(pod, (left.get(pod) ?? 0) - count);
  }
  return [...left]
    .map(([pod, weight]) => ({ pod, count: Math.round(weight) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

function lostInSaturatedSeconds(seconds: readonly Second[]): number {
  return seconds
    .filter(({ generator }) => generator.saturated)
    .reduce((sum, { scheduled, outcomes: { ok } }) => sum + scheduled - ok, 0);
}

/** The second with the largest share of requests that were lost or slow; where none was, the one with the highest p99. */
function worstSecondOf(seconds: readonly Second[]): CustomerFindings['worstSecond'] {
  let worst: CustomerFindings['worstSecond'] = null;
  for (const {
    startT,
    scheduled,
    outcomes: { ok },
    slow,
    okResponseUs,
  } of seconds) {
    if (scheduled === 0) continue;
    const lost = scheduled - ok;
    const second = {
      startMs: startT,
      scheduled,
      lost,
      slow: slow.length,
      p99Ms: okResponseUs && okResponseUs.p99 / 1000,
    };
    if (worst === null || isWorse(second, worst)) worst = second;
  }
  return worst;
}

type WorstSecond = NonNullable<CustomerFindings['worstSecond']>;

function isWorse(one: WorstSecond, other: WorstSecond): boolean {
  const bad = ({ lost, slow, scheduled }: WorstSecond): number => (lost + slow) / scheduled;
  return bad(one) === bad(other) ? (one.p99Ms ?? 0) > (other.p99Ms ?? 0) : bad(one) > bad(other);
}
