/** What charts show, said in words: for those who skim and for those who cannot see the charts. */
import type { FaultFinding, Findings } from '../../analysis/index.ts';
import { outcomes, type Outcome } from '../../journal/index.ts';
import { count, decimal, duration, instant, list, plural } from './format.ts';
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

/** How long fewer pods were in rotation than desired, ms; start-up before the first pod was in rotation does not count. */
export function shortageMs(replicas: Findings['replicas'], endMs: number): number {
  const since = replicas.findIndex((point) => point.inRotation > 0);
  if (since < 0) return 0;
  return replicas.slice(since).reduce((sum, point, index, all) => {
    const to = all[index + 1]?.t ?? Math.max(endMs, point.t);
    return point.inRotation < point.desired ? sum + to - point.t : sum;
  }, 0);
}

/** What happened after a fault, and which step of healing took longest. */
export function faultSentence(fault: FaultFinding): string {
  const target = fault.target === '' ? 'nothing' : fault.target;
  if (fault.landedMs === null) {
    return `${fault.type} was aimed at ${target} at ${instant(fault.injectedMs)}, but was not seen to land${fault.problem === null ? '' : `: ${fault.problem}`}.`;
  }
  if (fault.effect === 'arrival') {
    const left =
      fault.undoneMs === null ? '' : ` It left ${duration(fault.undoneMs - fault.landedMs)} after that.`;
    return `${fault.type} asked for ${target} at ${instant(fault.injectedMs)}, Ready ${duration(fault.landedMs - fault.injectedMs)} later.${left}`;
  }
  return [
    `${fault.type} hit ${target} at ${instant(fault.injectedMs)}; that it landed was proven ${duration(fault.landedMs - fault.injectedMs)} later.`,
    reactionSentence(fault),
    customersSentence(fault),
    // The analysis says more about it where it explained the fault.
    fault.explanation === null ? healingSentence(fault) : '',
  ]
    .filter(Boolean)
    .join(' ');
}

function reactionSentence({ effect, injectedMs, undoneMs, reactionMs, repairMs }: FaultFinding): string {
  if (effect === 'absence') {
    const until =
      undoneMs === null
        ? 'it was not started again'
        : `it ran again ${duration(undoneMs - injectedMs)} later`;
    return `No pod is lost with it, so there are no steps of healing; ${until}.`;
  }
  if (reactionMs === null) return 'No reaction of Kubernetes to it was seen.';
  return `Kubernetes reacted after ${duration(reactionMs)}${repairMs === null ? '; no replacement became ready while the run lasted.' : `; ${duration(repairMs)} after that, what was lost was replaced and ready.`}`;
}

/** How long healing took in all and where most of it went; '' where no step was seen. */
export function healingSentence(fault: FaultFinding): string {
  const { totalMs, longest } = healingWaterfall(fault);
  return longest === null || totalMs <= 0
    ? ''
    : `Healing took ${duration(totalMs)} in all, ${duration(longest.tookMs)} of them ${stepMeanings[longest.step]}.`;
}

function customersSentence({ outageMs, lost, lostByOutcome, problem, explanation }: FaultFinding): string {
  const failures = failuresInWords(lostByOutcome);
  const losses =
    lost === 0
      ? 'no request was lost'
      : `${plural(lost, 'request')} ${lost === 1 ? 'was' : 'were'} lost${failures === '' ? '' : ` (${failures})`}`;
  if (outageMs === null) {
    return `How long clients went without good service is not known${problem === null ? '' : ` (${problem.replace(/\.$/, '')})`}; as far as was seen, ${losses}.`;
  }
  // How long service was bad, and why, the analysis says next.
  if (explanation?.ofOutage) return `${losses.replace(/^n/, 'N')}.`;
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

/** What became of sessions: `750 sessions: 732 went through, 18 broke`; null where requests stood alone. */
export function sessionsInWords({ session }: Findings['model']): string | null {
  if (session === null) return null;
  const { started, completed, broken } = session;
  const open = Math.max(0, started - completed - broken);
  const underWay =
    open === 0 ? '' : `, ${count(open)} ${open === 1 ? 'was' : 'were'} under way when traffic ended`;
  return `${plural(started, 'session')}: ${count(completed)} went through, ${count(broken)} broke${underWay}`;
}

/** The largest value and the item it belongs to; null where there is none. */
export function maximum<T>(
  items: readonly T[],
  pick: (item: T) => number | null,
): { value: number; of: T } | null {
  let best: { value: number; of: T } | null = null;
  for (const of of items) {
    const value = pick(of);
    if (value !== null && (best === null || value > best.value)) best = { value, of };
  }
  return best;
}
