import { exitCodes, formatAll, formatDuration, formatPercent, formatPlural } from '../support/index.ts';
import type { Findings, Verdict } from './findings.ts';
import type { RunRecord } from './record.ts';

/** How the run is judged. */
export interface Judgement {
  verdict: Verdict;
  exitCode: number;
  verdictSentence: string;
}

/** The findings that the verdict rests on. */
type Evidence = Pick<
  Findings,
  'faults' | 'expectations' | 'distrust' | 'availability' | 'requests' | 'trafficStartMs' | 'durationMs'
>;

/**
 * The verdict, by what weighs most: the run failed, was broken off, a fault did not land, its figures cannot be trusted, an
 * expectation failed.
 */
export function judge(record: RunRecord, evidence: Evidence): Judgement {
  return (
    failure(record, evidence) ??
    interruption(record, evidence) ??
    missedFault(record, evidence) ??
    distrust(evidence) ??
    failedExpectation(evidence) ??
    success(record, evidence)
  );
}

function failure(record: RunRecord, evidence: Evidence): Judgement | null {
  const failedStep = record.of('run.step').find(({ state }) => state === 'failed');
  const end = record.of('run.end').at(-1);
  if (end?.reason !== 'failed') return null;
  // A run that failed only because a fault did not land has a verdict of its own.
  if (!failedStep && end.exitCode === exitCodes.faultDidNotLand && missedFault(record, evidence)) return null;
  const why = end.message ?? failedStep?.message;
  const where = failedStep ? ` in the step ${failedStep.name}` : '';
  const byStep = failedStep?.name === 'provision' ? exitCodes.clusterNotProvided : exitCodes.unexpected;
  return {
    verdict: 'error',
    exitCode: end.exitCode ?? byStep,
    verdictSentence: `The run failed${where}${why === undefined ? '.' : `: ${sentenceEnd(why)}`}`,
  };
}

function interruption(record: RunRecord, { durationMs }: Evidence): Judgement | null {
  const end = record.of('run.end').at(-1);
  if (end && end.reason !== 'interrupted') return null;
  const how = end
    ? `The run was interrupted after ${formatDuration(durationMs)}`
    : `The journal ends after ${formatDuration(durationMs)} without the end of the run, which was killed or is still going on`;
  const why = end?.message === undefined ? '' : ` (${end.message})`;
  return {
    verdict: 'interrupted',
    exitCode: exitCodes.interrupted,
    verdictSentence: `${how}${why}; what was seen until then is reported.`,
  };
}

function missedFault(record: RunRecord, { faults }: Evidence): Judgement | null {
  const planned = record.of('run.plan')[0]?.faults ?? [];
  const injected = new Set(faults.map(({ id }) => id));
  const missed = [
    ...faults.filter(({ landedMs }) => landedMs === null).map(({ id, problem }) => `${id} (${problem})`),
    ...planned.filter(({ id }) => !injected.has(id)).map(({ id }) => `${id} (it was never injected)`),
  ];
  if (missed.length === 0) return null;
  return {
    verdict: 'failed',
    exitCode: exitCodes.faultDidNotLand,
    verdictSentence: `${formatPlural(missed.length, 'fault')} did not land: ${missed.join('; ')}.`,
  };
}

function distrust({ distrust: reasons }: Evidence): Judgement | null {
  if (reasons.length === 0) return null;
  const others = reasons.length > 1 ? ` And ${formatPlural(reasons.length - 1, 'reason')} more.` : '';
  return {
    verdict: 'untrusted',
    exitCode: exitCodes.generatorCouldNotKeepUp,
    verdictSentence: `${reasons[0]}${others}`,
  };
}

function failedExpectation({ expectations }: Evidence): Judgement | null {
  const failed = expectations.filter(({ held }) => !held);
  if (failed.length === 0) return null;
  const list = failed.map(
    ({ rule, observedText, problem }) =>
      `${rule} (${problem === null ? `observed ${observedText}` : problem})`,
  );
  return {
    verdict: 'failed',
    exitCode: exitCodes.expectationFailed,
    verdictSentence: `${failed.length} of ${formatPlural(expectations.length, 'expectation')} did not hold: ${list.join('; ')}.`,
  };
}

function success(record: RunRecord, { expectations, availability, requests, faults }: Evidence): Judgement {
  const overTrials = record.of('run.plan')[0]?.trialExpectations?.length ?? 0;
  const held =
    expectations.length === 0
      ? overTrials === 0
        ? 'The run completed; it has no expectations'
        : 'The run completed; none of its expectations can be judged on a single run'
      : `${formatAll(expectations.length, 'expectation')} held`;
  const served =
    availability === null
      ? ''
      : `: ${formatPercent(availability)} of ${formatPlural(requests.scheduled, 'request')} ended ok`;
  const through = faults.length === 0 ? '' : ` through ${formatPlural(faults.length, 'fault')}`;
  return {
    verdict: 'passed',
    exitCode: exitCodes.ok,
    verdictSentence: `${held}${served}${served === '' ? '' : through}.${openInWords(overTrials)}`,
  };
}

/** A rule on statistics is named, so that nobody takes it for one that held. */
function openInWords(overTrials: number): string {
  if (overTrials === 0) return '';
  return ` ${formatPlural(overTrials, 'expectation')} on statistics ${overTrials === 1 ? 'is' : 'are'} judged over trials, not here.`;
}

function sentenceEnd(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
