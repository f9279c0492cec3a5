import type { FaultFinding, Findings, Headline, HealingStepFinding } from '../../analysis/index.ts';
import { duration, plural } from './format.ts';
import { faultCode } from './marks.ts';
import { shortNames, type ShortNames } from './names.ts';
import { failuresInWords, healingSentence } from './sentences.ts';

/** A finding that a reader should not miss. */
export interface Highlight {
  /** What it is, in a few words. */
  title: string;
  text: string;
  /** The section of the page that shows it, without `#`. */
  anchor: string;
  tone: 'good' | 'bad' | 'doubt' | 'plain';
  /** Anchor of the definition, and the seconds that it came from, ms since the run's origin. */
  definition: string;
  fromMs: number;
  toMs: number;
}

/**
 * The findings that matter most, as the analysis ranks them by what they cost, at most `most`. What speaks against the run or its
 * expectations stands beside the verdict already.
 */
export function highlights(findings: Findings, most = 3): Highlight[] {
  const names = shortNames(findings);
  return findings.headlines.slice(0, most).map((headline): Highlight => {
    const { definition, fromMs, toMs } = headline;
    return { ...wordsFor(headline, findings, names), definition, fromMs, toMs };
  });
}

type Words = Omit<Highlight, 'definition' | 'fromMs' | 'toMs'>;

function wordsFor(
  { kind, fault, text, cost, definition, fromMs }: Headline,
  findings: Findings,
  names: ShortNames,
): Words {
  const index = findings.faults.findIndex(({ id }) => id === fault);
  const found = findings.faults[index];
  if (found !== undefined) return faultHighlight({ fault: found, index }, names);
  switch (kind) {
    case 'unexplained':
      return { title: 'Lost for no known reason', text, anchor: 'customers', tone: 'bad' };
    case 'balance':
      return { title: 'Unevenly asked pods', text: names.inText(text), anchor: 'requests', tone: 'plain' };
    default:
      return definition === 'response-time'
        ? { title: 'Answers', text, anchor: 'requests', tone: 'plain' }
        : {
            title: scalingTitle(findings, fromMs),
            text,
            anchor: 'autoscaling',
            tone: cost > 0 ? 'bad' : 'plain',
          };
  }
}

function scalingTitle({ autoscaling }: Findings, fromMs: number): string {
  const decisions = autoscaling.loadSteps.find((step) => step.fromMs === fromMs)?.decisions ?? [];
  const [first, last] = [decisions[0], decisions.at(-1)];
  return first === undefined || last === undefined
    ? 'A rise of the load'
    : `Scaling ${first.from} → ${last.to} pods`;
}

/** What speaks against the figures, as far as the verdict's sentence does not say it already. */
export function untoldDoubts({ distrust, verdictSentence }: Findings): string[] {
  return distrust.filter((reason) => !verdictSentence.includes(reason));
}

function faultHighlight({ fault, index }: { fault: FaultFinding; index: number }, names: ShortNames): Words {
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
