import type { Findings } from '../../../src/analysis/index.ts';
import type { Comparison } from './comparison.ts';
import { of, type Line } from './lines.ts';
import { merged } from './traffic.ts';

/** Apdex, error budget, the worst second, the windows around faults, requests to pods that went. */
export function recomputeCustomers(lines: readonly Line[], findings: Findings, is: Comparison): void {
  const { customers } = findings;
  const seconds = of(lines, 'traffic.second');
  const plan = of(lines, 'run.plan')[0];
  const scheduled = seconds.reduce((sum, second) => sum + second.scheduled, 0);
  const ok = seconds.reduce((sum, second) => sum + second.outcomes.ok, 0);

  const goals = plan.expectations
    .map((rule: string) => /^availability >=? ([\d.]+)%$/.exec(rule)?.[1])
    .filter((goal: string | undefined) => goal !== undefined)
    .map((goal: string) => Number(goal) / 100);
  const goal = goals.length === 0 ? 0.999 : Math.max(...goals);
  is.number('error budget', customers.budget.allowed, (1 - goal) * scheduled);
  is.number('error budget spent', customers.budget.spent, scheduled - ok);
  for (const { cause, fault, count, budgetShare } of customers.lost)
    is.number(`budget share of ${fault ?? cause}`, budgetShare, count / ((1 - goal) * scheduled));

  if (customers.apdex !== null) {
    const t = plan.goodResponseMs ?? 500;
    const all = merged(seconds.map((second) => second.response.ok));
    const upTo = (ms: number): number => {
      let count = 0;
      for (let rank = 1; rank <= all.totalCount; rank++)
        if (all.getValueAtPercentile(((rank - 0.5) / all.totalCount) * 100) <= ms * 1000 * 1.001)
          count = rank;
        else break;
      return count;
    };
    const [satisfied, tolerating] = [upTo(t), upTo(4 * t) - upTo(t)];
    // A value that lies within a bucket of T may count on either side: three significant digits.
    const near = 3 / Math.max(1, satisfied);
    is.number('Apdex satisfied', customers.apdex.satisfied, satisfied, near);
    is.number('Apdex', customers.apdex.score, (satisfied + tolerating / 2) / scheduled, near);
  }

  const bad = (second: Line): number =>
    (second.scheduled - second.outcomes.ok + second.slow.length) / second.scheduled;
  const worst = Math.max(...seconds.filter((second) => second.scheduled > 0).map(bad));
  const told = customers.worstSecond;
  is.number(
    'worst second',
    told === null ? null : (told.lost + told.slow) / told.scheduled,
    seconds.length === 0 ? null : worst,
  );

  for (const { fault, before, during, after } of customers.windows) {
    for (const [name, window] of [
      ['before', before],
      ['during', during],
      ['after', after],
    ] as const) {
      if (window === null) continue;
      const within = seconds.filter(
        (second) => second.startT >= window.fromMs - 0.5 && second.startT + 1000 <= window.toMs + 0.5,
      );
      const histogram = merged(within.map((second) => second.response.ok));
      is.number(
        `${fault} ${name} requests`,
        window.scheduled,
        within.reduce((sum, second) => sum + second.scheduled, 0),
      );
      is.number(
        `${fault} ${name} p99`,
        window.response.p99,
        histogram.totalCount === 0 ? null : histogram.getValueAtPercentile(99) / 1000,
      );
    }
  }

  for (const departure of findings.rerouting.departures) {
    for (const [name, sinceMs, sent] of [
      ['SIGTERM', departure.sigtermMs, departure.afterSigterm],
      ['slices', departure.outOfRotationMs, departure.afterOutOfRotation],
    ] as const) {
      if (sent === null || sinceMs === null) continue;
      let answered = 0;
      let failed = 0;
      for (const second of seconds) {
        const tally = second.pods[departure.pod];
        if (tally !== undefined && second.startT + 1000 > sinceMs && tally.lastT >= sinceMs) {
          const share =
            second.startT >= sinceMs || tally.lastT <= tally.firstT
              ? 1
              : Math.min(1, (tally.lastT - Math.max(sinceMs, tally.firstT)) / (tally.lastT - tally.firstT));
          answered += (tally.ok + tally.httpError) * share;
        }
        for (const failure of second.failures) {
          if (
            failure.pod !== departure.pod ||
            failure.scheduledT < sinceMs ||
            failure.outcome === 'http_error'
          )
            continue;
          const listed = second.failures.filter((one: Line) => one.outcome === failure.outcome).length;
          failed += second.outcomes[failure.outcome] / listed;
        }
      }
      is.number(`${departure.pod} answered after ${name}`, sent.answered, Math.round(answered));
      is.number(`${departure.pod} failed after ${name}`, sent.failed, Math.round(failed));
    }
  }
}
