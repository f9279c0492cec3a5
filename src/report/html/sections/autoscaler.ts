import type { AutoscalerReading, AutoscalerSync, Findings } from '../../../analysis/index.ts';
import { bytes, count, instant, plural } from '../format.ts';
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
  const several = syncs.some(({ others }) => others.length > 0);
  return table({
    caption: html`${term('hpa-sync', 'Looks')} of the autoscaler, recomputed from the published metrics; where
      it says <em>status</em>, from what the autoscaler's status
      shows${several ? '; of several metrics the first row is the one that led' : ''}`,
    columns: [
      { head: 'At', numeric: true },
      { head: 'Pods', numeric: true },
      { head: html`Metric <span class="aside">target</span>` },
      { head: 'Utilization', numeric: true },
      { head: 'Shown', numeric: true },
      { head: 'From' },
      {
        head: html`Ratio <span class="aside">tolerance ${syncs[0]?.tolerance ?? 0}</span>`,
        numeric: true,
      },
      { head: 'Asks for', numeric: true },
      { head: html`After <span class="aside">window</span>`, numeric: true },
      { head: html`After <span class="aside">policy</span>`, numeric: true },
      { head: 'Decided', numeric: true },
      { head: 'Agrees' },
      { head: 'Set aside', wide: true },
      { head: 'Conditions', wide: true },
    ],
    rows: syncs.flatMap((sync) => [
      [
        html`${instant(sync.atMs)}${sync.seen ? '' : html` <span class="aside" title="follows from the sync period">inferred</span>`}`,
        count(sync.current),
        ...readCells(sync, sync.tolerance),
        orDash(sync.stabilized, count, 'no decision'),
        orDash(sync.desired, count, 'no decision'),
        count(sync.result),
        agrees(sync),
        asideInWords(sync, names),
        (sync.conditions.length > 0 ? sync.conditions : sync.shownConditions).join(', '),
      ],
      ...sync.others.map((other) => [
        html`<span class="aside">${instant(sync.atMs)}</span>`,
        '',
        ...readCells(other, sync.tolerance),
        '',
        '',
        '',
        agrees({ ...other, decisionAgrees: null }),
        asideInWords(other, names),
        '',
      ]),
    ]),
    empty: 'The autoscaler was never seen to look.',
  });
}

/** What a metric was, and what it asks for. */
function readCells(
  reading: AutoscalerReading & { shownMetrics?: string | null },
  tolerance: number,
): Content[] {
  const { metric, utilization, basis, ratio, proposed, target, error } = reading;
  const within = ratio !== null && Math.abs(ratio - 1) <= tolerance;
  return [
    basis === 'none'
      ? dash('as shown')
      : html`${metric === 'cpu' ? 'CPU' : metric} <span class="aside">${figureOf(reading)(target)}</span>`,
    orDash(utilization, figureOf(reading), error ?? 'not measured'),
    shownOf(reading),
    basis === 'none' ? dash('not recomputed') : basis,
    orDash(
      ratio,
      (value) => html`${value.toFixed(2)}${within ? html` <span class="aside">within</span>` : ''}`,
      'not measured',
    ),
    orDash(proposed, count, 'no decision'),
  ];
}

function figureOf({ unit }: AutoscalerReading): (value: number) => string {
  switch (unit) {
    case 'percent':
      return (value) => `${count(value)}\u00a0%`;
    case 'millicores':
      return (value) => `${count(value)}m`;
    case 'bytes':
      return bytes;
    default:
      return unit satisfies never;
  }
}

function shownOf(reading: AutoscalerReading & { shownMetrics?: string | null }): Content {
  const { basis, shownMetrics = null, shownUtilization } = reading;
  if (basis === 'none' && shownMetrics !== null) return shownMetrics;
  return orDash(shownUtilization, figureOf(reading), 'not shown');
}

function asideInWords({ setAside, error }: AutoscalerReading, names: ShortNames): Content {
  if (error !== null) return error;
  const reasons = Map.groupBy(setAside, ({ why }) => why);
  return [...reasons]
    .map(([why, pods]) => `${pods.map(({ pod }) => names.short(pod)).join(', ')}: ${why}`)
    .join('; ');
}

function agrees({
  utilizationAgrees,
  decisionAgrees,
}: Pick<AutoscalerSync, 'utilizationAgrees' | 'decisionAgrees'>): Content {
  if (utilizationAgrees === null && decisionAgrees === null) return dash('nothing to compare');
  return decisionAgrees !== false && utilizationAgrees !== false
    ? html`<span class="held yes">✓</span>`
    : html`<span class="held no">✗ ${decisionAgrees === false ? 'decision' : 'utilization'}</span>`;
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
