import type { Findings, LatencyWindow } from '../../../analysis/index.ts';
import { count, duration, percent } from '../format.ts';
import { dash, html, orDash, section, table, term, type Content, type Markup } from '../markup.ts';
import { shortNames, type ShortNames } from '../names.ts';
import { failuresInWords } from '../sentences.ts';
import { faultName } from './fault-name.ts';
import { statements } from './statements.ts';

/** What the run was like for those who sent the requests: what was lost to what, and how answers changed around each fault. */
export function customersSection(findings: Findings): Markup {
  const { customers } = findings;
  const names = shortNames(findings);
  return section(
    'customers',
    'Customers',
    customers.scheduled === 0
      ? html`<p class="empty">No request was scheduled.</p>`
      : html`${statements(customers.says, names)} ${lostTable(findings, names)} ${windowsTable(findings)}`,
  );
}

const mostPods = 3;

function lostTable({ customers: { lost }, faults }: Findings, names: ShortNames): Markup {
  return table({
    caption: html`${term('lost-by-cause', 'Lost requests')} by cause`,
    columns: [
      { head: 'Cause' },
      { head: 'Lost', numeric: true },
      { head: 'By pod', numeric: true },
      { head: 'By time', numeric: true },
      { head: term('error-budget', 'Of the budget'), numeric: true },
      { head: 'Outcomes', wide: true },
      { head: 'Pods', wide: true },
    ],
    rows: lost.map(({ cause, fault, count: number, evidence, budgetShare, byOutcome, byPod }) => [
      cause === 'fault' ? faultName(faults, fault ?? '') : 'no fault explains them',
      count(number),
      cause === 'fault' ? count(evidence.byPod) : dash('does not apply'),
      cause === 'fault' ? count(evidence.byTime) : dash('does not apply'),
      orDash(budgetShare, percent, 'no budget'),
      number === 0 ? '' : failuresInWords(byOutcome),
      byPod
        .slice(0, mostPods)
        .map(({ pod, count: ofPod }) => `${pod === null ? 'no pod named' : names.short(pod)} ${count(ofPod)}`)
        .join(', ') + (byPod.length > mostPods ? ', …' : ''),
    ]),
    empty: 'Every request ended ok.',
  });
}

function windowsTable({ customers: { windows }, faults }: Findings): Content {
  const rows = windows.flatMap(({ fault, before, during, after }) =>
    (
      [
        ['before', before],
        ['during', during],
        ['after', after],
      ] as const
    ).map(([when, window]) =>
      row(html`${faultName(faults, fault)} <span class="aside">${when}</span>`, window),
    ),
  );
  if (rows.length === 0) return '';
  return table({
    caption: html`${term('fault-windows', 'Before, during and after')} each fault:
    ${term('response-time', 'response times')} of ok requests`,
    columns: [
      { head: 'Fault' },
      { head: 'Length', numeric: true },
      { head: 'Requests', numeric: true },
      { head: 'Ended ok', numeric: true },
      ...['p50', 'p90', 'p99', 'max'].map((head) => ({ head, numeric: true })),
    ],
    rows,
    empty: '',
  });
}

function row(name: Content, window: LatencyWindow | null): Content[] {
  if (window === null) return [name, ...Array.from({ length: 7 }, () => dash('no whole second'))];
  const { fromMs, toMs, scheduled, ok, response } = window;
  return [
    name,
    duration(toMs - fromMs),
    count(scheduled),
    scheduled === 0 ? dash('no request') : percent(ok / scheduled),
    ...(['p50', 'p90', 'p99', 'max'] as const).map((key) =>
      orDash(response[key], duration, 'nothing answered'),
    ),
  ];
}
