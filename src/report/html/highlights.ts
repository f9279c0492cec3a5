import type { FaultFinding, Findings, HealingStepFinding } from '../../analysis/index.ts';
import { duration, instant, percent, plural } from './format.ts';
import { faultCode } from './marks.ts';
import { podNames, type PodNames } from './names.ts';
import { failuresInWords, healingSentence, maximum } from './sentences.ts';

/** A finding that a reader should not miss. */
export interface Highlight {
  /** What it is, in a few words. */
  title: string;
  text: string;
  /** The section of the page that shows it, without `#`. */
  anchor: string;
  tone: 'good' | 'bad' | 'doubt' | 'plain';
}

/**
 * The findings that matter most, at most `most`: what cost customers most, how long scaling took, then the other faults and how
 * the service answered. What speaks against the run or its expectations stands beside the verdict already.
 */
export function highlights(findings: Findings, most = 3): Highlight[] {
  const names = podNames(findings);
  const byCost = findings.faults
    .map((fault, index) => ({ fault, index }))
    .sort((a, b) => cost(b.fault) - cost(a.fault));
  return [
    ...byCost.slice(0, 1).map((of) => faultHighlight(of, names)),
    ...scaleUp(findings),
    ...byCost.slice(1, 2).map((of) => faultHighlight(of, names)),
    ...latency(findings),
    ...byCost.slice(2).map((of) => faultHighlight(of, names)),
  ].slice(0, most);
}

/** By requests first, by time second: what customers felt. */
function cost({ lost, outageMs, landedMs }: FaultFinding): number {
  return landedMs === null ? Infinity : lost * 1e6 + (outageMs ?? 0);
}

/** What speaks against the figures, as far as the verdict's sentence does not say it already. */
export function untoldDoubts({ distrust, verdictSentence }: Findings): string[] {
  return distrust.filter((reason) => !verdictSentence.includes(reason));
}

function faultHighlight(
  { fault, index }: { fault: FaultFinding; index: number },
  names: PodNames,
): Highlight {
  const { type, target, landedMs, outageMs, lost, lostByOutcome, explanation } = fault;
  const anchor = `fault-${index + 1}`;
  const title = `${faultCode(index)} ${type} ${names.inText(target)}`.trim();
  if (landedMs === null) {
    return { title, text: 'It was not seen to land, so nothing follows from it.', anchor, tone: 'doubt' };
  }
  const lostInWords =
    lost === 0 ? 'No request lost' : `${plural(lost, 'request')} lost (${failuresInWords(lostByOutcome)})`;
  const healed = explanation === null ? healingSentence(fault) : healingInWords(explanation);
  const felt =
    outageMs === null
      ? `${lostInWords}; how long service was bad is not known. ${healed}`
      : lost === 0 && outageMs < 1
        ? `No customer noticed: not one request was lost. ${healed}`
        : `${lostInWords}, bad service for ${duration(outageMs)}${outageInWords(explanation) ?? `. ${healed}`}`;
  return { title, text: felt.trim(), anchor, tone: toneOf(fault) };
}

function toneOf({ lost, outageMs }: FaultFinding): Highlight['tone'] {
  if (lost > 0 || (outageMs ?? 0) >= 1) return 'bad';
  return outageMs === null ? 'doubt' : 'good';
}

/** What went on while service was bad, to end a sentence; null where no single step explains it. */
function outageInWords(explanation: FaultFinding['explanation']): string | null {
  const step = explanation?.ofOutage ?? null;
  return step === null ? null : `: ${stepInWords(step)}.`;
}

function healingInWords({ totalMs, longest }: NonNullable<FaultFinding['explanation']>): string {
  return longest === null
    ? ''
    : `Healing took ${duration(totalMs)}, ${duration(longest.toMs - longest.fromMs)} of them while ${stepInWords(longest)}.`;
}

function stepInWords({ governor }: HealingStepFinding): string {
  return `${governor.meanwhile}${governor.setting === null ? '' : ` (${governor.setting})`}`;
}

/** From the first decision of the longest climb to as many pods in rotation as were asked for. */
function scaleUp({ scaling, replicas }: Findings): Highlight[] {
  const first = scaling.find(({ from, to }) => to > from);
  const most = maximum(
    scaling.filter(({ from, to }) => to > from),
    ({ to }) => to,
  );
  if (first === undefined || most === null) return [];
  const served = replicas.find((point) => point.t >= most.of.atMs && point.inRotation >= most.value);
  const path = `${first.from} → ${most.value} pods`;
  return [
    {
      title: `Scaling ${path}`,
      text:
        served === undefined
          ? `Decided from ${instant(first.atMs)} on; as many were never in rotation.`
          : `${duration(served.t - first.atMs)} from the first decision, at ${instant(first.atMs)}, until all ${plural(most.value, 'pod')} were in rotation.`,
      anchor: 'scaling',
      tone: 'plain',
    },
  ];
}

function latency({ latencyMs, seconds, availability }: Findings): Highlight[] {
  const worst = maximum(seconds, (second) => second.p99Ms);
  if (worst === null) return [];
  return [
    {
      title: 'Answers',
      text: `${percent(availability)} of requests ended ok; 99 of 100 of these within ${duration(latencyMs.response.p99)}, in the worst second (${instant(worst.of.t)}) within ${duration(worst.value)}.`,
      anchor: 'requests',
      tone: 'plain',
    },
  ];
}
