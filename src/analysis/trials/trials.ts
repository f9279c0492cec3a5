import { formatPlural, exitCodes, type ExitCode } from '../../support/index.ts';
import type { Findings, Verdict } from '../findings.ts';
import type { FaultName } from '../metrics.ts';
import { summarise, type Summary } from '../statistics/index.ts';
import { usedOf, type UsedTrials } from './used.ts';
import { measureAll, measuresFor, type Measure, type MeasuredValue } from './measures.ts';
import { judgeStatistic, type StatisticResult, type StatisticRule } from './statistic-rule.ts';

/** One of n repeated runs. */
export interface Trial {
  /** From 1. */
  number: number;
  /** The run's folder, below that of the trials. */
  folder: string;
  seed: number;
  verdict: Verdict;
  verdictSentence: string;
  exitCode: number;
  durationMs: number;
  /** It ran to its end, its faults landed and its figures may be believed. */
  counts: boolean;
  /** By the measure's name. */
  values: Record<string, MeasuredValue>;
}

/** Runs of one scenario that are to be seen as one experiment. */
export interface TrialSet {
  scenario: { name: string; title: string };
  provider: string | null;
  faults: FaultName[];
  /** Rules on statistics that the scenario itself states; left out: none. */
  rules?: string[];
  /** What pods and lost requests cost, in words; left out where the scenario states no price. */
  prices?: string;
  trials: Trial[];
}

/** A measure over the trials that are used. */
export interface MeasureFinding extends Measure {
  /** Null when no trial has a value. */
  summary: Summary | null;
  /** Trials that are used but have no value. */
  missing: { trial: number; problem: string }[];
}

/** What the trials come to. */
export interface TrialFindings extends TrialSet, UsedTrials {
  measures: MeasureFinding[];
  expectations: StatisticResult[];
  /** Trials that were asked for. */
  planned: number;
  /** Why fewer trials were run than asked for; null when all were. */
  ended: string | null;
  verdict: Verdict;
  verdictSentence: string;
  exitCode: ExitCode;
}

/** One run's findings as a trial. */
export function trialOf(findings: Findings, { number, folder }: Pick<Trial, 'number' | 'folder'>): Trial {
  return {
    number,
    folder,
    seed: findings.run.seed,
    verdict: findings.verdict,
    verdictSentence: findings.verdictSentence,
    exitCode: findings.exitCode,
    durationMs: findings.durationMs,
    counts: doesCount(findings),
    values: measureAll(findings, faultsOf(findings)),
  };
}

/** The faults that a run was to inject. */
export function faultsOf({ plan }: Findings): FaultName[] {
  return (plan?.faults ?? []).map(({ id, type }) => ({ id, type }));
}

/** What pods and lost requests cost; nothing where the scenario states no price. */
export function pricesOf({ plan }: Findings): Pick<TrialSet, 'prices'> {
  const { podHourPrice, lostRequestPrice, currency = '' } = plan?.economy ?? {};
  const unit = currency === '' ? '' : ` ${currency}`;
  const parts = [
    podHourPrice === undefined ? null : `${podHourPrice}${unit} for a pod-hour`,
    lostRequestPrice === undefined ? null : `${lostRequestPrice}${unit} for a lost request`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? {} : { prices: parts.join(', ') };
}

function doesCount({ verdict, exitCode }: Findings): boolean {
  return verdict === 'passed' || (verdict === 'failed' && exitCode === exitCodes.expectationFailed);
}

/** Statistics of every measure, and the verdict over all trials. Pure. */
export function analyseTrials(
  set: TrialSet,
  {
    planned,
    ended,
    rules,
    ownMustHold = rules.length === 0,
  }: {
    planned: number;
    ended: TrialFindings['ended'];
    rules: readonly StatisticRule[];
    /** The scenario's rules on a run must hold in every trial; when left out, where there are no others. */
    ownMustHold?: boolean;
  },
): TrialFindings {
  const { used, trusted } = usedOf(set.trials);
  const measures = measuresFor(set.faults)
    .map((one) => findingOf(one, used))
    .filter(({ name, summary }) => summary !== null || !name.startsWith('cost.'));
  const expectations = rules.map((rule) => judgeStatistic(rule, used));
  return {
    ...set,
    used,
    trusted,
    measures,
    expectations,
    planned,
    ended,
    ...judge(set.trials, { expectations, planned, ended, ownMustHold }),
  };
}

/** A measure over these trials. */
export function findingOf(one: Measure, counted: readonly Trial[]): MeasureFinding {
  const values = counted.flatMap(({ values }) => values[one.name]?.value ?? []);
  const missing = counted.flatMap(({ number, values }) => {
    const found = values[one.name];
    return found !== undefined && found.value !== null
      ? []
      : [{ trial: number, problem: found?.problem ?? 'it was not measured' }];
  });
  return { ...one, summary: summarise(values), missing };
}

function judge(
  trials: readonly Trial[],
  {
    expectations,
    planned,
    ended,
    ownMustHold,
  }: Pick<TrialFindings, 'expectations' | 'planned' | 'ended'> & { ownMustHold: boolean },
): Pick<TrialFindings, 'verdict' | 'verdictSentence' | 'exitCode'> {
  const counted = trials.filter(({ counts }) => counts);
  const ran = `${trials.length === planned ? '' : `${trials.length} of `}${formatPlural(planned, 'trial')}`;
  const setAside = trials.length - counted.length;
  const aside =
    setAside === 0
      ? ''
      : ` The figures of ${formatPlural(setAside, 'trial')} are set aside (${reasons(trials)}).`;

  const broken = trials.find(
    ({ verdict, exitCode }) => verdict === 'error' || exitCode === exitCodes.faultDidNotLand,
  );
  if (broken !== undefined) {
    const verdict = broken.verdict === 'error' ? 'error' : 'failed';
    const exitCode = broken.exitCode as ExitCode;
    return {
      verdict,
      exitCode,
      verdictSentence: `Trial ${broken.number} of ${ran} did not work: ${broken.verdictSentence}`,
    };
  }
  if (trials.length < planned && ended === null) {
    return {
      verdict: 'interrupted',
      exitCode: exitCodes.interrupted,
      verdictSentence: `The trials were interrupted: ${ran} were made.${aside}`,
    };
  }
  const { used, trusted } = usedOf(trials);
  if (!trusted) {
    const few = counted.length === 0 ? 'None' : `Only ${counted.length}`;
    const instead =
      used.length === 0
        ? ''
        : ` The figures are those of all ${used.length} that ran to their end, and as doubtful.`;
    return {
      verdict: 'untrusted',
      exitCode: exitCodes.generatorCouldNotKeepUp,
      verdictSentence: `${few} of ${ran} can be trusted (${reasons(trials)}).${instead}`,
    };
  }
  const enough = ended === null ? '' : ` ${ended}`;
  const failed = expectations.filter(({ held }) => !held);
  if (failed.length > 0) {
    const list = failed.map(
      ({ rule, observedText, problem }) => `${rule} (${problem ?? `observed ${observedText}`})`,
    );
    return {
      verdict: 'failed',
      exitCode: exitCodes.expectationFailed,
      verdictSentence: `Over ${ran}, ${failed.length} of ${formatPlural(expectations.length, 'expectation')} did not hold: ${list.join('; ')}.${enough}${aside}`,
    };
  }
  const missed = counted.filter(({ verdict }) => verdict === 'failed');
  const own = `in ${formatPlural(missed.length, 'trial')} an expectation of the scenario did not hold`;
  if (ownMustHold && missed.length > 0) {
    return {
      verdict: 'failed',
      exitCode: exitCodes.expectationFailed,
      verdictSentence: `${capital(own)}, out of ${ran}: ${missed.map(({ number }) => number).join(', ')}.${enough}${aside}`,
    };
  }
  const held =
    expectations.length === 0
      ? `The scenario’s expectations held in every trial`
      : `${expectations.length === 1 ? 'The expectation held' : `All ${expectations.length} expectations held`}${missed.length === 0 ? '' : `, although ${own}`}`;
  return {
    verdict: 'passed',
    exitCode: exitCodes.ok,
    verdictSentence: `${held} (${ran}).${enough}${aside}`,
  };
}

function reasons(trials: readonly Trial[]): string {
  const verdicts = trials.filter(({ counts }) => !counts).map(({ verdict }) => verdict);
  return [...Map.groupBy(verdicts, (verdict) => verdict)]
    .map(([verdict, all]) => `${all.length} ${verdict}`)
    .join(', ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
