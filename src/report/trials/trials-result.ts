import type { TrialFindings } from '../../analysis/index.ts';
import { clean, maybe } from '../clean.ts';
import type { AboutTrials } from './trials-page.ts';
import type { TrialsResult } from './trials-schema.ts';

/** The trials as `trials.json` holds them, for scripts; `docs/trials.schema.json` describes it. */
export function trialsResultOf(
  findings: TrialFindings,
  { cluster, seed, speedup, startedAt }: AboutTrials,
): TrialsResult {
  const { scenario, provider, verdict, verdictSentence, exitCode, planned, ended } = findings;
  const used = new Set(findings.used.map(({ number }) => number));
  return {
    scenario: scenario.name,
    provider,
    cluster,
    startedAt,
    seed,
    speedup,
    verdict,
    verdictSentence,
    exitCode,
    planned,
    endedEarly: ended,
    trials: findings.trials.map(({ number, seed, folder, verdict, exitCode, durationMs, values }) => ({
      number,
      seed,
      folder,
      verdict,
      exitCode,
      durationMs: clean(durationMs),
      counts: used.has(number),
      values: Object.fromEntries(
        Object.entries(values).map(([name, { value }]) => [name, value === null ? null : clean(value)]),
      ),
    })),
    measures: findings.measures.map(({ name, unit, summary, missing }) => ({
      name,
      unit,
      n: summary?.n ?? 0,
      missing: missing.length,
      min: maybe(summary?.min),
      q1: maybe(summary?.q1),
      median: maybe(summary?.median),
      q3: maybe(summary?.q3),
      max: maybe(summary?.max),
      mean: maybe(summary?.mean),
      interval:
        summary === null || summary.interval === null
          ? null
          : { low: clean(summary.interval.low), high: clean(summary.interval.high) },
    })),
    expectations: findings.expectations.map(({ rule, observed, held, problem }) => ({
      rule,
      observed: maybe(observed),
      held,
      problem,
    })),
  };
}
