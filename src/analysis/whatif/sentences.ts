import { formatCount, formatPlural } from '../../support/index.ts';
import type { ScalingWhatIf, Statement, WhatIfFindings } from '../findings.ts';

/** What was computed, and how far the same computation is off on the run as it was. */
export function whatIfInWords({ fromMs, toMs, model, variants }: Omit<WhatIfFindings, 'says'>): Statement[] {
  const about = { definition: 'what-if-replay', fromMs, toMs };
  const { work, unfit, meanPodError, podSeconds, badRequests, saturatedSeconds } = model;
  if (unfit !== null) {
    const text = `The autoscaler's arithmetic replayed on the recorded metrics does not reproduce this run: ${unfit}. So nothing is said about other settings.`;
    return [{ text, ...about }];
  }
  const source =
    work === 'metrics'
      ? 'on the recorded metrics'
      : 'on the offered load times the CPU of a request (the pods’ own CPU hides what waited for them)';
  const doubt =
    saturatedSeconds === 0
      ? ''
      : ` The generator spoiled ${formatPlural(saturatedSeconds, 'second')}: what was lost or slow in them is partly its own, so differences of requests are to be read with care.`;
  return [
    {
      text:
        `Computed, not measured: the autoscaler's arithmetic replayed ${source}. On the run as it was the replay is off by ${meanPodError.toFixed(1)} pods on average; ` +
        `it gives ${formatCount(podSeconds.modelled)} pod-seconds asked for instead of ${formatCount(podSeconds.real)}, and ${formatCount(badRequests.modelled)} lost or slow requests without a fault instead of ${formatCount(badRequests.real)}.${doubt}`,
      ...about,
    },
    ...variants.filter(isDifferent).map((variant) => ({ text: variantInWords(variant), ...about })),
  ];
}

/** What changes nothing is left to the table. */
function isDifferent({ morePods, fewerBadRequests }: ScalingWhatIf): boolean {
  return Math.abs(morePods) >= 0.05 || Math.abs(fewerBadRequests) >= 1;
}

function variantInWords({
  change,
  morePods,
  morePodSeconds,
  fewerBadRequests,
  maxPods,
  secondsBeyondExperience,
}: ScalingWhatIf): string {
  const pods = `${Math.abs(morePods).toFixed(1)} pods ${morePods < 0 ? 'fewer' : 'more'} on average (${formatCount(Math.abs(morePodSeconds))} pod-seconds ${morePodSeconds < 0 ? 'fewer' : 'more'}, at most ${formatPlural(maxPods, 'pod')})`;
  const bad =
    Math.abs(fewerBadRequests) < 1
      ? 'as many lost or slow requests'
      : formatPlural(
          Math.abs(fewerBadRequests),
          `${fewerBadRequests > 0 ? 'fewer' : 'more'} lost or slow request`,
        );
  const guess =
    secondsBeyondExperience === 0
      ? ''
      : ` In ${formatPlural(secondsBeyondExperience, 'second')} each pod would have had more load than this run has seen, so it may be worse.`;
  return `Computed, with ${change}: ${pods}, ${bad}.${guess}`;
}
