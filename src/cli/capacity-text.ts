import { throughputAt } from '../analysis/index.ts';
import type { CapacityResult, ClosedPoint, HoldPoint, PodsCapacity } from '../harness/index.ts';
import { formatCount, formatDuration, formatPercent, formatPlural } from '../support/index.ts';

/** Width of the longest bar. */
const barWidth = 30;

/** A capacity measurement for people: for each number of pods the curve, its knee, the law and the rate that was held. */
export function capacityText(result: CapacityResult, file: string): string {
  const { pods, expectations, overPods, podCapacityPerSecond } = result;
  return [
    `Capacity of ${result.scenario}: the highest rate that keeps ${expectations.join(' and ')}`,
    '',
    ...pods.flatMap(podsText),
    ...(pods.length < 2 ? [] : overPodsText(pods, overPods)),
    ...(pods.some(({ holds }) => holds.some(({ kept, generatorLimited }) => !kept && generatorLimited))
      ? [
          'The generator was late in a hold that was not kept: this machine was busy, the capacity may be higher.',
        ]
      : []),
    podCapacityPerSecond === null
      ? 'No rate was held: there is no calibration to use.'
      : `One pod is good for ${rate(podCapacityPerSecond)}. In a scenario: economy: { calibration: ${file} }`,
    '',
  ].join('\n');
}

/** One line of what goes on, for the closed loop. */
export function closedText({ users, throughput, p50Ms, p99Ms, failed }: ClosedPoint): string {
  const trouble = failed === 0 ? '' : `, ${formatPlural(failed, 'request')} failed`;
  return `  ${formatPlural(users, 'user')}: ${rate(throughput)}, p50 ${formatDuration(p50Ms)}, p99 ${formatDuration(p99Ms)}${trouble}`;
}

/** One line of what goes on, for a rate that is held. */
export function holdText(point: HoldPoint): string {
  const { ratePerSecond, kept, generatorLimited, p99Ms, availability } = point;
  const verdict = kept
    ? 'kept'
    : generatorLimited
      ? 'not kept, perhaps because the generator was late'
      : 'not kept';
  return `  ${rate(ratePerSecond)} held: ${verdict} (p99 ${formatDuration(p99Ms)}, availability ${formatPercent(availability)})`;
}

function podsText({
  pods,
  ratePerSecond,
  curve,
  kneeUsers,
  fit,
  requestsPerCore,
  holds,
}: PodsCapacity): string[] {
  const most = Math.max(1, ...curve.map(({ throughput }) => throughput));
  const held =
    ratePerSecond === null ? 'no rate was held' : `${rate(ratePerSecond)}, confirmed by an open-model hold`;
  return [
    `${formatPlural(pods, 'pod')}: ${held}`,
    ...(requestsPerCore === null
      ? []
      : [`  ${formatCount(Math.round(requestsPerCore))} requests/s per core used`]),
    '  users  requests/s',
    ...curve.map(({ users, throughput }) => {
      const bar = '█'.repeat(Math.max(1, Math.round((throughput / most) * barWidth)));
      const law = fit === null ? '' : `  law ${formatCount(Math.round(throughputAt(fit, users)))}`;
      const knee = users === kneeUsers ? '  ← knee' : '';
      return `  ${String(users).padStart(5)}  ${formatCount(Math.round(throughput)).padStart(7)}  ${bar}${law}${knee}`;
    }),
    ...(fit === null
      ? ['  The universal scalability law needs three steps or more.']
      : [`  Universal scalability law over users: ${lawText(fit)}`]),
    ...holds.map(holdText),
    '',
  ];
}

function overPodsText(pods: readonly PodsCapacity[], fit: CapacityResult['overPods']): string[] {
  const [first] = pods;
  const each = (first?.ratePerSecond ?? 0) / (first?.pods ?? 1);
  return [
    'Over pods:',
    ...pods.map(({ pods: n, ratePerSecond }) =>
      ratePerSecond === null
        ? `  ${formatPlural(n, 'pod')}: no rate was held`
        : `  ${formatPlural(n, 'pod')}: ${rate(ratePerSecond)}, ${formatPercent(each === 0 ? null : ratePerSecond / (n * each))} of what ${n} times the first would be`,
    ),
    ...(fit === null ? [] : [`  Universal scalability law over pods: ${lawText(fit)}`]),
    '',
  ];
}

function lawText({ lambda, sigma, kappa, peak, r2 }: NonNullable<PodsCapacity['fit']>): string {
  const highest =
    peak === null ? 'no highest point' : `highest at ${peak.n.toFixed(1)} with ${rate(peak.throughput)}`;
  return `λ ${rate(lambda)}, σ ${sigma.toFixed(4)} (contention), κ ${kappa.toFixed(6)} (coherence); ${highest}; R² ${r2.toFixed(3)}`;
}

function rate(perSecond: number): string {
  return `${perSecond >= 100 ? formatCount(Math.round(perSecond)) : perSecond.toFixed(1)}/s`;
}
