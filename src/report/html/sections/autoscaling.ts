import type { Findings, LoadStepFinding } from '../../../analysis/index.ts';
import { count, decimal, duration, instant, percent } from '../format.ts';
import { html, orDash, section, table, term, type Content, type Markup } from '../markup.ts';
import { shortNames } from '../names.ts';
import { maximum } from '../sentences.ts';
import { statements } from './statements.ts';
import { waterfallTable, type WaterfallRow } from './waterfall-table.ts';

/** How late, how well and at what cost the number of pods followed the load. */
export function autoscalingSection(findings: Findings): Markup {
  const { loadSteps, says } = findings.autoscaling;
  return section(
    'autoscaling',
    'How the pods followed the load',
    html`${statements(says, shortNames(findings))}
    ${says.length === 0 ? html`<p class="empty">No load and no pods to compare were recorded.</p>` : ''}
    ${loadSteps.map((step, index) => (isAnswered(step) ? loadStep(step, index) : ''))}
    ${elasticityTable(findings)}`,
  );
}

/** Where nothing followed a rise of the load, the sentence above says all there is. */
function isAnswered({ stages: [, ...later] }: LoadStepFinding): boolean {
  return later.some(({ firstMs }) => firstMs !== null);
}

/** One load step as its own story: when the first of the pods that answered it got how far, and when all had. */
function loadStep({ fromMs, fromRate, toRate, stages }: LoadStepFinding, index: number): Markup {
  const title = `load-step-${index + 1}`;
  return html`<article class="story" id="${title}" aria-labelledby="${title}-title">
    <h3 id="${title}-title">
      ${count(fromRate)} → ${count(toRate)} requests per second
      <span class="target">at ${instant(fromMs)}</span>
    </h3>
    <div class="told">
      ${table({
        caption: html`${term('scaling-delay', 'From the load to the pods')}`,
        columns: [
          { head: 'Stage' },
          { head: 'First pod', numeric: true },
          { head: 'All pods', numeric: true },
        ],
        rows: stages.map(({ stage, firstMs, allMs }) => [
          stage,
          orDash(firstMs, (ms) => since(ms, fromMs), 'not seen'),
          orDash(allMs, (ms) => since(ms, fromMs), 'not seen of all'),
        ]),
        empty: '',
      })}
    </div>
    <div>
      <p class="note">
        ${term('scaling-delay', 'Scaling waterfall')} of the first pod: time since the load rose
      </p>
      ${waterfallTable({ label: 'Scaling waterfall', since: 'After load', ...firstPodWaterfall(fromMs, stages) })}
    </div>
  </article> `;
}

function since(atMs: number, fromMs: number): string {
  return `+${duration(Math.max(0, atMs - fromMs))}`;
}

function firstPodWaterfall(
  originMs: number,
  stages: LoadStepFinding['stages'],
): { totalMs: number; steps: WaterfallRow[] } {
  let reached = 0;
  const steps = stages.map(({ stage, firstMs }, index): WaterfallRow => {
    const fromMs = reached;
    const afterMs = firstMs === null ? null : Math.max(0, firstMs - originMs);
    if (afterMs !== null) reached = Math.max(reached, afterMs);
    return {
      name: stage,
      beside: null,
      isOrigin: index === 0,
      afterMs,
      atMs: firstMs,
      fromMs,
      tookMs: afterMs === null ? null : Math.max(0, afterMs - fromMs),
      longest: false,
    };
  });
  const most = maximum(steps, ({ tookMs }) => tookMs);
  if (most !== null && most.value > 0) most.of.longest = true;
  return { totalMs: reached, steps };
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
    [
      'jitter',
      'changes of the pods beyond those of the need, per hour',
      decimal(jitterPerHour).replace('-', '−'),
    ],
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
