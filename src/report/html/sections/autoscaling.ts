import type { Findings, LoadStepFinding } from '../../../analysis/index.ts';
import { count, decimal, duration, instant, percent } from '../format.ts';
import { html, orDash, section, table, term, type Content, type Markup } from '../markup.ts';
import { podNames } from '../names.ts';
import { statements } from './statements.ts';

/** How late, how well and at what cost the number of pods followed the load. */
export function autoscalingSection(findings: Findings): Markup {
  const { loadSteps, says } = findings.autoscaling;
  return section(
    'autoscaling',
    'How the pods followed the load',
    html`${statements(says, podNames(findings))}
    ${says.length === 0 ? html`<p class="empty">No load and no pods to compare were recorded.</p>` : ''}
    ${loadSteps.map(delayTable)} ${elasticityTable(findings)}`,
  );
}

function delayTable({ fromMs, fromRate, toRate, stages }: LoadStepFinding): Markup {
  const since = (atMs: number): string => `+${duration(Math.max(0, atMs - fromMs))}`;
  return table({
    caption: html`${term('scaling-delay', 'From the load to the pods')}: ${count(fromRate)} → ${count(toRate)}
    requests per second at ${instant(fromMs)}`,
    columns: [{ head: 'Stage' }, { head: 'First pod', numeric: true }, { head: 'All pods', numeric: true }],
    rows: stages.map(({ stage, firstMs, allMs }) => [
      stage,
      orDash(firstMs, since, 'not seen'),
      orDash(allMs, since, 'not seen of all'),
    ]),
    empty: '',
  });
}

function elasticityTable({ autoscaling: { elasticity, cost } }: Findings): Content {
  if (elasticity === null) return '';
  const { underAccuracy, overAccuracy, underTimeshare, overTimeshare, instability, jitterPerHour } =
    elasticity;
  const rows: Content[][] = [
    ['θU', 'mean lack of pods, as a share of those needed', percent(underAccuracy)],
    ['θO', 'mean excess of pods, as a share of those needed', percent(overAccuracy)],
    ['τU', 'share of the time with too few pods', percent(underTimeshare)],
    ['τO', 'share of the time with too many pods', percent(overTimeshare)],
    ['υ', 'share of seconds in which pods and need moved differently', percent(instability)],
    ['jitter', 'changes of the pods beyond those of the need, per hour', decimal(jitterPerHour)],
    ['pod-seconds', 'in rotation, while traffic ran', count(Math.round(elasticity.suppliedPodSeconds))],
    ['pod-seconds', 'placed on nodes, while traffic ran', count(Math.round(cost.podSeconds))],
    ['pod-seconds', 'that the load needed', count(Math.round(elasticity.demandPodSeconds))],
  ];
  return table({
    caption: html`${term('elasticity', 'Elasticity')} against the need of the load`,
    columns: [{ head: 'Measure' }, { head: 'What it is', wide: true }, { head: 'Value', numeric: true }],
    rows,
    empty: '',
  });
}
