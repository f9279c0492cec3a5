import {
  formatCount,
  formatDuration,
  formatInstant,
  formatPercent,
  formatPlural,
} from '../../support/index.ts';
import type { CustomerFindings, FaultFinding, FaultWindows, LostRequests, Statement } from '../findings.ts';
import type { Second } from '../record.ts';

type Figures = Omit<CustomerFindings, 'says'>;

/** What customers noticed, each sentence with the seconds it speaks of. */
export function customersInWords(
  found: Figures,
  { seconds, faults }: { seconds: readonly Second[]; faults: readonly FaultFinding[] },
): Statement[] {
  const fromMs = seconds[0]?.startT ?? 0;
  const toMs = (seconds.at(-1)?.startT ?? fromMs) + (seconds.length > 0 ? 1000 : 0);
  if (found.scheduled === 0) return [];
  const whole = { fromMs, toMs };
  const says: Statement[] = [{ text: lostInWords(found), definition: 'lost-by-cause', ...whole }];
  const budget = budgetInWords(found);
  if (budget !== null) says.push({ text: budget, definition: 'error-budget', ...whole });
  const apdex = apdexInWords(found);
  if (apdex !== null) says.push({ text: apdex, definition: 'apdex', ...whole });
  if (found.worstSecond) says.push(worstSecondInWords(found.worstSecond, faults));
  for (const windows of found.windows) says.push(...windowsInWords(windows));
  return says;
}

function lostInWords({ scheduled, lost, availability }: Figures): string {
  const total = lost.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return `All ${formatPlural(scheduled, 'request')} ended ok.`;
  const causes = lost.filter(({ count }) => count > 0).map((one) => causeInWords(one, total));
  return `Of ${formatPlural(scheduled, 'request')}, ${formatCount(total)} did not end ok (availability ${formatPercent(availability)}): ${causes.join('; ')}.`;
}

function causeInWords(
  { cause, fault, count, evidence, inSaturatedSeconds }: LostRequests,
  total: number,
): string {
  const number = count < total ? formatCount(count) : count === 1 ? 'it' : 'all';
  if (cause === 'unexplained') {
    const generator =
      inSaturatedSeconds === 0
        ? ''
        : `, and ${inSaturatedSeconds === count ? `${count === 1 ? 'was' : 'all were'} due` : `up to ${formatCount(inSaturatedSeconds)} of these were due`} in seconds that the generator spoiled`;
    return `${number} ${count === 1 ? 'is' : 'are'} explained by no fault${generator}`;
  }
  const { byPod, byTime } = evidence;
  const how =
    byTime === 0
      ? 'by the pod that failed them'
      : byPod === 0
        ? 'by time'
        : `${formatCount(byPod)} by the pod, ${formatCount(byTime)} by time`;
  return `${number} ${count === 1 ? 'is' : 'are'} put down to ${fault} (${how})`;
}

function budgetInWords({ budget, lost }: Figures): string | null {
  const { goal, assumed, allowed, spent } = budget;
  if (allowed <= 0 || spent === 0) return null;
  const rule = assumed
    ? `Without an expectation on availability, a goal of ${formatPercent(goal)} is assumed; it`
    : `The expected availability of ${formatPercent(goal)}`;
  const parts = lost
    .filter(({ count, budgetShare }) => count > 0 && budgetShare !== null)
    .map(({ fault, budgetShare }) => `${fault ?? 'what no fault explains'} ${formatPercent(budgetShare)}`);
  return `${rule} allows ${formatPlural(Math.floor(allowed), 'lost request')} in this run; ${formatPercent(spent / allowed)} of this error budget was spent: ${parts.join(', ')}.`;
}

function apdexInWords({ apdex }: Figures): string | null {
  if (apdex === null) return null;
  const { score, thresholdMs, assumed, satisfied, tolerating, frustrated } = apdex;
  return (
    `Apdex ${score.toFixed(score >= 0.995 && score < 1 ? 4 : 2)} at T = ${formatDuration(thresholdMs)}${assumed ? ' (assumed: the scenario states no limit)' : ''}: ` +
    `${formatCount(satisfied)} satisfied, ${formatCount(tolerating)} tolerating (up to ${formatDuration(4 * thresholdMs)}), ${formatCount(frustrated)} frustrated.`
  );
}

function worstSecondInWords(
  { startMs, scheduled, lost, slow, p99Ms }: NonNullable<Figures['worstSecond']>,
  faults: readonly FaultFinding[],
): Statement {
  const during = faults.findLast(
    ({ landedMs, injectedMs, outageMs }) =>
      landedMs !== null &&
      injectedMs < startMs + 1000 &&
      injectedMs + Math.max(outageMs ?? 0, 1000) > startMs,
  );
  const bad =
    lost + slow === 0
      ? `no request was lost or slow`
      : [
          lost > 0 && `${formatCount(lost)} of ${formatPlural(scheduled, 'request')} were lost`,
          slow > 0 &&
            `${lost > 0 ? '' : 'of '}${lost > 0 ? formatCount(slow) : `${formatPlural(scheduled, 'request')} ${formatCount(slow)}`} were slow`,
        ]
          .filter((part) => part !== false)
          .join(' and ');
  const p99 = p99Ms === null ? '' : `; the p99 of the rest was ${formatDuration(p99Ms)}`;
  return {
    text: `The worst second began at ${formatInstant(startMs)}: ${bad}${p99}.${during ? ` It belongs to ${during.id}.` : ''}`,
    definition: 'worst-second',
    fromMs: startMs,
    toMs: startMs + 1000,
  };
}

function windowsInWords({ fault, before, during, after }: FaultWindows): Statement[] {
  if (during === null || before === null) return [];
  const say = (p99: number | null): string => (p99 === null ? 'unknown' : formatDuration(p99));
  const lasted = (window: { fromMs: number; toMs: number }): string =>
    formatDuration(window.toMs - window.fromMs);
  const then = after === null ? '' : `, and ${say(after.response.p99)} in the ${lasted(after)} after`;
  return [
    {
      text: `${fault}: the p99 of response times was ${say(before.response.p99)} in the ${lasted(before)} before, ${say(during.response.p99)} in the ${lasted(during)} of its effects${then}.`,
      definition: 'fault-windows',
      fromMs: before.fromMs,
      toMs: (after ?? during).toMs,
    },
  ];
}
