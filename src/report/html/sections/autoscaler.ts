import type { AutoscalerSync, Findings } from '../../../analysis/index.ts';
import { count, instant, plural } from '../format.ts';
import { dash, html, orDash, section, table, term, type Content, type Markup } from '../markup.ts';
import { shortNames, type ShortNames } from '../names.ts';
import { statements } from './statements.ts';

/** Every look of the autoscaler: what it saw, what it computed, what it decided, and whether the recomputation agrees. */
export function autoscalerSection(findings: Findings, tableRows: number): Markup {
  const { syncs, problem, says } = findings.autoscaler;
  const names = shortNames(findings);
  const shown = worthShowing(syncs, tableRows);
  return section(
    'autoscaler',
    'The autoscaler explained',
    problem !== null
      ? html`<p class="empty">${problem}</p>`
      : html`${statements(says, names)}
          <details class="data">
            <summary>
              ${shown.length === syncs.length ? `All ${plural(syncs.length, 'look')}` : `${count(shown.length)} of ${plural(syncs.length, 'look')}: all that changed something, and some between`}
            </summary>
            ${looksTable(shown, names)}
          </details>`,
  );
}

function looksTable(syncs: readonly AutoscalerSync[], names: ShortNames): Markup {
  return table({
    caption: html`${term('hpa-sync', 'Looks')} of the autoscaler, recomputed from the published metrics; where
      it says <em>status</em>, from what the autoscaler's status shows`,
    columns: [
      { head: 'At', numeric: true },
      { head: 'Pods', numeric: true },
      { head: 'Utilization', numeric: true },
      { head: 'Shown', numeric: true },
      { head: 'From' },
      { head: 'Ratio', numeric: true },
      { head: 'Asks for', numeric: true },
      { head: 'After window', numeric: true },
      { head: 'After policy', numeric: true },
      { head: 'Decided', numeric: true },
      { head: 'Set aside', wide: true },
      { head: 'Conditions', wide: true },
      { head: 'Agrees' },
    ],
    rows: syncs.map((sync) => [
      html`${instant(sync.atMs)}${sync.seen ? '' : html` <span class="aside" title="follows from the sync period">inferred</span>`}`,
      count(sync.current),
      orDash(sync.utilization, figureOf(sync), sync.error ?? 'not measured'),
      shownOf(sync),
      sync.basis === 'none' ? dash('not recomputed') : sync.basis,
      orDash(sync.ratio, (ratio) => ratio.toFixed(2), 'not measured'),
      orDash(sync.proposed, count, 'no decision'),
      orDash(sync.stabilized, count, 'no decision'),
      orDash(sync.desired, count, 'no decision'),
      count(sync.result),
      asideInWords(sync, names),
      (sync.conditions.length > 0 ? sync.conditions : sync.shownConditions).join(', '),
      agrees(sync),
    ]),
    empty: 'The autoscaler was never seen to look.',
  });
}

function figureOf({ unit }: AutoscalerSync): (value: number) => string {
  return (value) => (unit === 'percent' ? `${count(value)}\u00a0%` : `${count(value)}m`);
}

function shownOf(sync: AutoscalerSync): Content {
  if (sync.basis === 'none' && sync.shownMetrics !== null) return sync.shownMetrics;
  return orDash(sync.shownUtilization, figureOf(sync), 'not shown');
}

function asideInWords({ setAside, error }: AutoscalerSync, names: ShortNames): Content {
  if (error !== null) return error;
  const reasons = Map.groupBy(setAside, ({ why }) => why);
  return [...reasons]
    .map(([why, pods]) => `${pods.map(({ pod }) => names.short(pod)).join(', ')}: ${why}`)
    .join('; ');
}

function agrees({ utilizationAgrees, decisionAgrees }: AutoscalerSync): Content {
  if (decisionAgrees === null) return dash('nothing to compare');
  return decisionAgrees && utilizationAgrees !== false
    ? html`<span class="held yes">✓</span>`
    : html`<span class="held no">✗ ${decisionAgrees ? 'utilization' : 'decision'}</span>`;
}

/** All looks, or of too many those that changed or explain something, and evenly spaced others. */
function worthShowing(syncs: readonly AutoscalerSync[], most: number): AutoscalerSync[] {
  if (syncs.length <= most) return [...syncs];
  const telling = ({ result, current, decisionAgrees }: AutoscalerSync): boolean =>
    result !== current || decisionAgrees === false;
  const told = syncs.filter(telling).length;
  const every = Math.ceil(syncs.length / Math.max(1, most - told));
  return syncs.filter((sync, index) => telling(sync) || index % every === 0).slice(0, 2 * most);
}
