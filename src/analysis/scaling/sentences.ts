import {
  formatCount,
  formatDuration,
  formatInstant,
  formatPercent,
  formatPlural,
} from '../../support/index.ts';
import type { AutoscalingFindings, LoadStepFinding, RunCost, ScalingStage, Statement } from '../findings.ts';
import { settingInWords } from '../timers.ts';

/** How scaling went, each sentence with the seconds it speaks of. */
export function scalingInWords(found: Omit<AutoscalingFindings, 'says'>, speedup: number): Statement[] {
  return [
    ...found.loadSteps.flatMap((step) => stepInWords(step, speedup)),
    ...elasticityInWords(found),
    ...costInWords(found),
  ];
}

function stepInWords(step: LoadStepFinding, speedup: number): Statement[] {
  const { fromMs, toMs, fromRate, toRate, decisions, pods, longest, scheduled, lost, slow } = step;
  const first = (stage: ScalingStage): number | null => instantOf(step, stage)?.firstMs ?? null;
  const all = (stage: ScalingStage): number | null => instantOf(step, stage)?.allMs ?? null;
  const after = (atMs: number): string => formatDuration(atMs - fromMs);
  const rise = `From ${formatInstant(fromMs)} on the load rose from ${formatCount(fromRate)} to ${formatCount(toRate)} requests per second within ${formatDuration(toMs - fromMs)}`;
  const decided = first('decision');
  if (decided === null) {
    const text = `${rise}; the number of pods asked for was not raised.`;
    return [{ text, definition: 'scaling-delay', fromMs, toMs }];
  }
  const visible = first('visible in metrics');
  const served = first('first request served');
  const rotated = all('in rotation');
  const parts = [
    visible === null ? '' : `it was visible in the metrics after ${after(visible)}`,
    `the autoscaler decided after ${after(decided)} (${decisions.map(({ from, to }) => `${from} → ${to}`).join(', ')} pods)`,
    served === null ? 'no new pod served a request' : `the first new pod served after ${after(served)}`,
    rotated === null
      ? `not all of the pods asked for came into rotation`
      : `all ${formatCount(pods.length)} were in rotation after ${after(rotated)}`,
  ].filter((part) => part !== '');
  const bad = lost + slow;
  const cost =
    rotated === null || scheduled === 0
      ? ''
      : ` Of the ${formatPlural(scheduled, 'request')} due until then, ${bad === 0 ? 'none was lost or slow' : `${formatCount(lost)} were lost and ${formatCount(slow)} slow`}.`;
  const says: Statement[] = [
    {
      text: `${rise}: ${parts.join('; ')}.${cost}`,
      definition: 'scaling-delay',
      fromMs,
      toMs: rotated ?? served ?? decided,
    },
  ];
  if (longest) {
    const setting = settingInWords(longest.governor, speedup);
    const why = setting === '' ? longest.governor.meanwhile : `${longest.governor.meanwhile} (${setting})`;
    says.push({
      text: `The longest step to the first new pod was “${longest.stage}” with ${formatDuration(longest.toMs - longest.fromMs)}: ${why}.`,
      definition: 'scaling-delay',
      fromMs: longest.fromMs,
      toMs: longest.toMs,
    });
  }
  return says;
}

function instantOf(
  { stages }: LoadStepFinding,
  stage: ScalingStage,
): LoadStepFinding['stages'][number] | undefined {
  return stages.find((one) => one.stage === stage);
}

function elasticityInWords({ calibration, elasticity }: Omit<AutoscalingFindings, 'says'>): Statement[] {
  if (!calibration || !elasticity) return [];
  const { fromMs, toMs, underTimeshare, underAccuracy, overTimeshare, overAccuracy, peakDemand } = elasticity;
  const rate = calibration.requestsPerSecond;
  const capacity = `${rate < 10 ? rate.toFixed(1) : formatCount(rate)} requests per second`;
  const source =
    calibration.source === 'stated' || calibration.cost === null
      ? `One pod is good for ${capacity}, as the scenario states`
      : `One pod is good for ${capacity}: measured, ${formatDuration(calibration.cost.cpuMsPerRequest)} of CPU per request (R² ${calibration.cost.rSquared.toFixed(2)} over ${formatPlural(calibration.cost.samples, 'window')}) against ${formatCount(calibration.cpuRequestMilli)}m requested`;
  const text =
    `${source}; the load needed ${formatPlural(peakDemand, 'pod')} at its peak. ` +
    `Too few pods were in rotation for ${formatPercent(underTimeshare)} of the time (τU; short by ${formatPercent(underAccuracy)} of the demand on average, θU), ` +
    `too many for ${formatPercent(overTimeshare)} (τO; by ${formatPercent(overAccuracy)}, θO).`;
  return [{ text, definition: 'elasticity', fromMs, toMs }];
}

function costInWords({ cost, elasticity }: Omit<AutoscalingFindings, 'says'>): Statement[] {
  const { podSeconds, lostRequests, podHourPrice, lostRequestPrice, currency, fromMs, toMs } = cost;
  if (podSeconds === 0) return [];
  const needed =
    elasticity === null ? '' : `; the load alone needed ${formatCount(elasticity.demandPodSeconds)}`;
  const use = `The pods took up ${formatPlural(Math.round(podSeconds), 'pod-second')} while traffic ran${needed}`;
  const priced =
    cost.pods === null || cost.lost === null || podHourPrice === null || lostRequestPrice === null
      ? '.'
      : `. At ${money(podHourPrice, currency)} per pod-hour and ${money(lostRequestPrice, currency)} per lost request that is ${money(cost.pods, currency)} for pods against ${money(cost.lost, currency)} for ${formatPlural(lostRequests, 'lost request')}.`;
  return [{ text: `${use}${priced}`, definition: 'cost', fromMs, toMs }];
}

/** Small amounts keep three significant digits. */
function money(amount: RunCost['podSeconds'], currency: string): string {
  const digits = amount === 0 ? 0 : Math.max(2, 2 - Math.floor(Math.log10(Math.abs(amount))));
  return `${amount.toFixed(Math.min(8, digits))}${currency === '' ? '' : ` ${currency}`}`;
}
