/** What charts show, said in words: for those who skim and for those who cannot see the charts. */
import type { FaultFinding, Findings } from '../../analysis/index.ts';
import { outcomes, type Outcome } from '../../journal/index.ts';
import { count, decimal, duration, instant, list, percent, plural, shortList } from './format.ts';
import { healingWaterfall, stepMeanings } from './waterfall.ts';

/** Outcomes as people say them. */
export const outcomeNames: Record<Outcome, string> = {
  ok: 'ok',
  http_error: 'HTTP error',
  timeout: 'timed out',
  refused: 'refused',
  reset: 'reset',
  dropped: 'dropped',
};

/** The counts of what did not end ok, largest first: `20 reset and 10 refused`. */
export function failuresInWords(counts: Partial<Record<Outcome, number>>): string {
  return list(
    outcomes
      .filter((outcome) => outcome !== 'ok' && (counts[outcome] ?? 0) > 0)
      .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0))
      .map((outcome) => `${count(counts[outcome] ?? 0)} ${outcomeNames[outcome]}`),
  );
}

/** What the load lane shows. */
export function loadSentence({ seconds, requests }: Findings): string {
  const peak = maximum(seconds, (second) => second.offered);
  if (peak === null || requests.scheduled === 0) return 'No traffic was recorded in this run.';
  const lost = requests.scheduled - requests.ok;
  const load = `Up to ${plural(peak.value, 'request')} per second were offered, first at ${instant(peak.of.t)}.`;
  return lost <= 0
    ? `${load} All ${count(requests.scheduled)} ended ok.`
    : `${load} Of ${count(requests.scheduled)}, ${count(lost)} (${percent(lost / requests.scheduled)}) did not end ok: ${failuresInWords(requests)}.`;
}

/** What the latency lane shows. */
export function latencySentence({ seconds, latencyMs, plan }: Findings): string {
  const worst = maximum(seconds, (second) => second.p99Ms);
  if (worst === null) return 'No request was answered well, so there is no latency to show.';
  const good = plan?.goodResponseMs ?? null;
  const over = good === null ? 0 : seconds.filter((second) => (second.p99Ms ?? 0) > good).length;
  const overText =
    good === null
      ? ''
      : over === 0
        ? ` The p99 of every second stayed within the limit of ${duration(good)}.`
        : ` In ${plural(over, 'second')} the p99 passed the limit of ${duration(good)}.`;
  return `Over the whole run the p99 was ${duration(latencyMs.response.p99)}; in the worst second, at ${instant(worst.of.t)}, it was ${duration(worst.value)}.${overText}`;
}

/** What the pods lane shows. */
export function replicasSentence({ replicas, durationMs, scaling }: Findings): string {
  const first = replicas[0];
  const most = maximum(replicas, (point) => point.desired);
  if (first === undefined || most === null) return 'No pods were recorded in this run.';
  const short = shortageMs(replicas, durationMs);
  const moves =
    scaling.length === 0
      ? `The number of pods asked for stayed at ${count(most.value)}`
      : `${plural(scaling.length, 'scaling decision')} took the workload from ${count(scaling[0]?.from ?? first.desired)} to at most ${count(most.value)} pods, and to ${count(scaling.at(-1)?.to ?? most.value)} in the end`;
  return short < 50
    ? `${moves}; as many were in rotation at all times.`
    : `${moves}; for ${duration(short)} in all, fewer were in rotation than were asked for.`;
}

/** How long fewer pods were in rotation than desired, ms; start-up before the first pod was in rotation does not count. */
export function shortageMs(replicas: Findings['replicas'], endMs: number): number {
  const since = replicas.findIndex((point) => point.inRotation > 0);
  if (since < 0) return 0;
  return replicas.slice(since).reduce((sum, point, index, all) => {
    const to = all[index + 1]?.t ?? Math.max(endMs, point.t);
    return point.inRotation < point.desired ? sum + to - point.t : sum;
  }, 0);
}

/** What the nodes lane shows. */
export function nodesSentence({ nodeCounts, nodes, durationMs }: Findings): string {
  const most = maximum(nodeCounts, (point) => point.total);
  if (most === null) return 'No nodes were recorded in this run.';
  const known = nodeCounts.slice(
    Math.max(
      0,
      nodeCounts.findIndex((point) => point.ready > 0),
    ),
  );
  const lows = known.filter(
    (point, index) => point.ready < point.total && index >= known.findIndex(allReady),
  );
  const low = maximum(lows, (point) => -point.ready);
  if (low === null) return `${plural(most.value, 'node')}, all ready once the cluster was up.`;
  const away = nodes
    .map(({ name, states }) => ({
      name,
      ms: states.reduce((sum, { state, fromMs, toMs }) => (state === 'ready' ? sum : sum + toMs - fromMs), 0),
    }))
    .filter(({ ms }) => ms > 50);
  const names =
    away.length === 0 ? '' : `: ${shortList(away.map(({ name, ms }) => `${name} for ${duration(ms)}`))}`;
  return `Of ${plural(most.value, 'node')} at least ${count(low.of.ready)} stayed ready. Not ready within the ${duration(durationMs)} of the run${names}.`;
}

/** What happened after a fault, and which step of healing took longest. */
export function faultSentence(fault: FaultFinding): string {
  const { steps, totalMs, longest } = healingWaterfall(fault);
  const what = `${fault.type} was aimed at ${fault.target === '' ? 'nothing' : fault.target} at ${instant(fault.injectedMs)}`;
  if (fault.landedMs === null) {
    return `${what}, but was not seen to land${fault.problem === null ? '' : `: ${fault.problem}`}.`;
  }
  const sentences = [
    `${what} and was seen to land ${duration(fault.landedMs - fault.injectedMs)} later.`,
    fault.reactionMs === null
      ? 'No reaction of Kubernetes to it was seen.'
      : `Kubernetes reacted after ${duration(fault.reactionMs)}${fault.repairMs === null ? '; no replacement became ready while the run lasted.' : `, and ${duration(fault.repairMs)} after that the replacement was ready.`}`,
    customersSentence(fault),
  ];
  // The analysis says more about it where it explained the fault.
  if (fault.explanation === null && longest !== null && totalMs > 0) {
    const last = steps.findLast((step) => step.afterMs !== null);
    sentences.push(
      `Of the ${duration(totalMs)} to “${last?.step ?? longest.step}”, the longest step was “${longest.step}” with ${duration(longest.tookMs)}: ${stepMeanings[longest.step]}.`,
    );
  }
  return sentences.join(' ');
}

function customersSentence({ outageMs, lost, lostByOutcome, problem }: FaultFinding): string {
  const failures = failuresInWords(lostByOutcome);
  const losses =
    lost === 0
      ? 'no request was lost'
      : `${plural(lost, 'request')} ${lost === 1 ? 'was' : 'were'} lost${failures === '' ? '' : ` (${failures})`}`;
  if (outageMs === null) {
    return `How long clients went without good service is not known${problem === null ? '' : ` (${problem.replace(/\.$/, '')})`}; as far as was seen, ${losses}.`;
  }
  return outageMs < 1
    ? `Clients saw no outage: ${losses}.`
    : `Clients saw bad service for ${duration(outageMs)}: ${losses}.`;
}

/** The generator's own quality, in words. */
export function generatorSentence({ generator, seconds }: Findings): string {
  if (seconds.length === 0) return 'The generator sent nothing.';
  const late = `The generator sent 99 % of its requests at most ${duration(generator.latenessP99Ms)} late`;
  return generator.saturatedSeconds === 0
    ? `${late} and kept up in every second.`
    : `${late}, and spoiled ${plural(generator.saturatedSeconds, 'second')} of ${decimal(seconds.length, 0)}.`;
}

function allReady(point: Findings['nodeCounts'][number]): boolean {
  return point.total > 0 && point.ready === point.total;
}

function maximum<T>(items: readonly T[], pick: (item: T) => number | null): { value: number; of: T } | null {
  let best: { value: number; of: T } | null = null;
  for (const of of items) {
    const value = pick(of);
    if (value !== null && (best === null || value > best.value)) best = { value, of };
  }
  return best;
}
