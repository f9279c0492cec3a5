import { formatDuration } from '../../support/index.ts';
import type { FaultFinding, HealingExplanation, HealingStepFinding, Statement } from '../findings.ts';
import type { RunRecord } from '../record.ts';
import { settingInWords, speedupOf } from '../timers.ts';
import type { Episode } from './episode.ts';
import { governorOf } from './governors.ts';

/** Why healing took as long as it did: each step that took time, the longest, and the one that customers felt. */
export function explain(
  record: RunRecord,
  episode: Episode,
  { waterfall, outageMs }: { waterfall: FaultFinding['waterfall']; outageMs: number | null },
): HealingExplanation {
  const steps: HealingStepFinding[] = [];
  let reachedMs = episode.struckMs;
  for (const { step, atMs, source } of waterfall) {
    if (atMs === null || source === null || atMs <= reachedMs) continue;
    steps.push({
      step,
      fromMs: reachedMs,
      toMs: atMs,
      source,
      governor: governorOf(record, episode, { step, fromMs: reachedMs, toMs: atMs }),
    });
    reachedMs = atMs;
  }
  const totalMs = reachedMs - episode.struckMs;
  const longest = greatest(steps, ({ fromMs, toMs }) => toMs - fromMs);
  const badUntilMs = episode.struckMs + (outageMs ?? 0);
  const within = ({ fromMs, toMs }: HealingStepFinding): number => Math.min(toMs, badUntilMs) - fromMs;
  const ofOutage = outageMs === null || outageMs < 1 ? null : greatest(steps, within);
  const speedup = speedupOf(record);
  const says: Statement[] = [];
  if (longest) says.push(longestInWords(longest, { totalMs, last: steps.at(-1) ?? longest, speedup }));
  if (ofOutage && outageMs !== null) {
    says.push(
      outageInWords(ofOutage, { outageMs, fellMs: within(ofOutage), faultMs: episode.struckMs, speedup }),
    );
  }
  return { steps, totalMs, longest, ofOutage, says };
}

function greatest(
  steps: readonly HealingStepFinding[],
  measure: (step: HealingStepFinding) => number,
): HealingStepFinding | null {
  let best: HealingStepFinding | null = null;
  for (const step of steps) {
    if (measure(step) > (best ? measure(best) : 0)) best = step;
  }
  return best;
}

function longestInWords(
  { step, fromMs, toMs, governor }: HealingStepFinding,
  { totalMs, last, speedup }: { totalMs: number; last: HealingStepFinding; speedup: number },
): Statement {
  const took = `${formatDuration(toMs - fromMs)} of the ${formatDuration(totalMs)} from the fault to “${last.step}”`;
  const setting = settingInWords(governor, speedup);
  const why = setting === '' ? governor.meanwhile : `${governor.meanwhile} (${setting})`;
  return {
    text: `The longest step of healing was “${step}” with ${took}: ${why}.`,
    definition: 'healing-waterfall',
    fromMs,
    toMs,
  };
}

function outageInWords(
  { step, governor }: HealingStepFinding,
  {
    outageMs,
    fellMs,
    faultMs,
    speedup,
  }: { outageMs: number; fellMs: number; faultMs: number; speedup: number },
): Statement {
  if (fellMs < outageMs / 2) {
    return {
      text: `Clients saw bad service for ${formatDuration(outageMs)}, spread over several steps: no single one explains it.`,
      definition: 'outage',
      fromMs: faultMs,
      toMs: faultMs + outageMs,
    };
  }
  const share = fellMs >= outageMs - 1 ? 'all of it' : `${formatDuration(fellMs)} of it`;
  const setting = settingInWords(governor, speedup);
  const why = setting === '' ? governor.meanwhile : `${governor.meanwhile} (${setting})`;
  return {
    text: `Clients saw bad service for ${formatDuration(outageMs)}, ${share} before “${step}”: ${why}.`,
    definition: 'outage',
    fromMs: faultMs,
    toMs: faultMs + outageMs,
  };
}
