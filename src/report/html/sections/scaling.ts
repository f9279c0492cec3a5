import type { Findings } from '../../../analysis/index.ts';
import { count, duration, instant } from '../format.ts';
import { podsTitle } from '../lane-titles.ts';
import { html, orDash, section, table, term, type Markup } from '../markup.ts';
import { shortName, shortNames } from '../names.ts';

/** What the autoscaler decided, when and why; and every pod's life in figures. */
export function scalingSection(findings: Findings): Markup {
  return section(
    'scaling',
    'Scaling and pods',
    html`<p class="says">${podsTitle(findings)}.</p>
      ${table({
        caption: html`${term('scaling-decision', 'Scaling decisions')}`,
        columns: [
          { head: 'At', numeric: true },
          { head: 'From', numeric: true },
          { head: 'To', numeric: true },
          { head: 'Change', numeric: true },
          { head: 'Reason', wide: true },
        ],
        rows: findings.scaling.map(({ atMs, from, to, reason }) => [
          instant(atMs),
          count(from),
          count(to),
          `${to > from ? '+' : to < from ? '−' : ''}${count(Math.abs(to - from))}`,
          reason === '' ? orDash(null, String, 'no reason given') : reason,
        ]),
        empty: 'The number of pods asked for was never changed in this run.',
      })}
      <h3>Pods</h3>
      ${podsTable(findings)}`,
  );
}

function podsTable(findings: Findings): Markup {
  const names = shortNames(findings);
  return table({
    id: 'pods-table',
    caption: html`Instants in each pod’s life, on the run’s
    clock${names.prefix === '' ? '' : html`; names begin with <span class="name">${names.prefix}</span>`}`,
    columns: [
      { head: 'Pod' },
      { head: 'Node' },
      { head: term('served', 'Served'), numeric: true },
      { head: 'Created', numeric: true },
      { head: 'Scheduled', numeric: true },
      { head: 'Started', numeric: true },
      { head: term('ready', 'Ready'), numeric: true },
      { head: term('in-rotation', 'In rotation'), numeric: true },
      { head: 'First served', numeric: true },
      { head: 'Last served', numeric: true },
      { head: 'Out of rotation', numeric: true },
      { head: 'Deleted', numeric: true },
      { head: 'Created to ready', numeric: true },
      { head: 'Restarts', numeric: true },
    ],
    rows: findings.pods.map((pod) => [
      shortName(names, pod.name),
      orDash(pod.node, (node) => shortName(names, node), 'not placed'),
      count(pod.served),
      orDash(pod.createdMs, instant),
      orDash(pod.scheduledMs, instant),
      orDash(pod.startedMs, instant),
      orDash(pod.readyMs, instant),
      orDash(pod.inRotationMs, instant),
      orDash(pod.firstServedMs, instant),
      orDash(pod.lastServedMs, instant),
      orDash(pod.outOfRotationMs, instant),
      orDash(pod.deletedMs, instant),
      pod.readyMs === null || pod.createdMs === null
        ? orDash(null, String)
        : duration(pod.readyMs - pod.createdMs),
      count(pod.restarts),
    ]),
    empty: 'No pod was seen in this run.',
  });
}
