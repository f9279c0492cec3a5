import type { Findings } from '../../../src/analysis/index.ts';
import type { Comparison } from './comparison.ts';
import { struckAt } from './faults.ts';
import { of, type Line } from './lines.ts';

const windowMs = 1000;

interface Bad {
  due: number;
  ended: number;
  outcome: string;
  pod: string | null;
  weight: number;
}

interface Blame {
  id: string;
  /** Just before the injection, and the instant of the fault. */
  at: number;
  struck: number;
  isPod: boolean;
  lost: readonly string[];
  outMs: number | null;
  /** Until when requests are put down to it by time; rises with a backlog. */
  untilMs: number;
  badBefore: boolean;
  convicted: Bad[];
}

/** Lost requests and outage of each fault, request by request; for faults whose pods were replaced. */
export function recomputeLosses(lines: readonly Line[], findings: Findings, is: Comparison): void {
  const seconds = of(lines, 'traffic.second');
  const bad = badRequests(seconds);
  const landed = findings.faults.filter(({ landedMs }) => landedMs !== null);
  const blames = landed.map((fault): Blame => {
    const inject = of(lines, 'fault.inject').find((line) => line.id === fault.id);
    const at = inject.t;
    const struck = struckAt({
      inject,
      landed: of(lines, 'fault.landed').find((line) => line.id === fault.id),
    });
    const step = (name: string): number | null =>
      fault.waterfall.find((row) => row.step === name)?.atMs ?? null;
    const slices = of(lines, 'k8s.endpoints').findLast((line) => line.t <= at);
    const listed = fault.lostPods.some((pod) =>
      slices?.endpoints.some((one: Line) => one.pod === pod && one.ready),
    );
    const ends = [struck + (fault.reactionMs ?? 0)];
    if (listed) ends.push(step('out of rotation') ?? Infinity);
    if (fault.replacementPods.length > 0) ends.push(step('in rotation') ?? Infinity);
    return {
      id: fault.id,
      at,
      struck,
      isPod: inject.targetKind === 'Pod',
      lost: fault.lostPods,
      outMs: step('out of rotation'),
      untilMs: Math.max(...ends) + windowMs,
      badBefore: bad.some(({ due, ended }) => due >= at - windowMs && due < at && ended < at),
      convicted: [],
    };
  });
  for (const request of bad) convict(request, blames);
  for (const blame of blames) {
    const fault = landed.find(({ id }) => id === blame.id);
    const lost = new Map<string, number>();
    for (const { outcome, weight } of blame.convicted)
      if (outcome !== 'ok') lost.set(outcome, (lost.get(outcome) ?? 0) + weight);
    let sum = 0;
    for (const [outcome, weight] of lost) {
      sum += Math.round(weight);
      is.number(`${blame.id} lost ${outcome}`, fault?.lostByOutcome[outcome as 'reset'], Math.round(weight));
    }
    is.number(`${blame.id} lost`, fault?.lost, sum);
    is.number(`${blame.id} outage`, fault?.outageMs, outageOf(blame, seconds));
  }
}

function badRequests(seconds: readonly Line[]): Bad[] {
  const bad: Bad[] = [];
  for (const second of seconds) {
    for (const failure of second.failures) {
      const listed = second.failures.filter((one: Line) => one.outcome === failure.outcome).length;
      const weight = Math.max(1, second.outcomes[failure.outcome] / listed);
      bad.push({
        due: failure.scheduledT,
        ended: failure.endedT,
        outcome: failure.outcome,
        pod: failure.pod,
        weight,
      });
    }
    for (const slow of second.slow)
      bad.push({ due: slow.scheduledT, ended: slow.endedT, outcome: 'ok', pod: slow.pod, weight: 1 });
  }
  return bad.sort((a, b) => a.due - b.due);
}

/** By pod before by time, and of several faults the latest. */
function convict(request: Bad, blames: readonly Blame[]): void {
  const latestFirst = [...blames].reverse();
  const guilty =
    latestFirst.find(
      ({ lost, at }) => request.pod !== null && lost.includes(request.pod) && request.ended >= at,
    ) ?? latestFirst.find((blame) => fitsInTime(request, blame));
  if (guilty === undefined) return;
  guilty.convicted.push(request);
  if (!guilty.badBefore) guilty.untilMs = Math.max(guilty.untilMs, request.due + windowMs);
}

function fitsInTime({ due, ended, outcome, pod }: Bad, { at, untilMs, badBefore, isPod }: Blame): boolean {
  if (ended < at || due > untilMs) return false;
  if (badBefore && isPod && outcome === 'timeout' && due < at) return false;
  const nobodyAnswered = pod === null && outcome !== 'ok' && outcome !== 'dropped';
  return due < at || badBefore ? nobodyAnswered : true;
}

function outageOf({ struck: at, lost, outMs, convicted }: Blame, seconds: readonly Line[]): number | null {
  const end =
    Math.max(...seconds.filter((second) => second.scheduled > 0).map((second) => second.startT)) + 1000;
  const instants = convicted
    .map(({ due, ended, pod }) => ({ t: due >= at ? due : ended, meets: pod !== null && lost.includes(pod) }))
    .sort((a, b) => a.t - b.t);
  let last: number | null = null;
  let over = false;
  for (const { t, meets } of instants) {
    if (last !== null && t - last > windowMs) over = true;
    if (over && !meets && t > (outMs ?? at) + windowMs) continue;
    last = t;
    over = false;
  }
  if (last === null) return 0;
  return last + windowMs > end ? null : Math.max(0, last - at);
}
