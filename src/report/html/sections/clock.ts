import type { Findings } from '../../../analysis/index.ts';
import { instant, plural, unparted } from '../format.ts';
import {
  connectionsTitle,
  ganttTitle,
  heatTitle,
  latencyTitle,
  loadTitle,
  nodesTitle,
  podsTitle,
  servedTitle,
} from '../lane-titles.ts';
import { html, section, term, type Content, type Markup } from '../markup.ts';
import { pageMarks, type PageMark } from '../marks.ts';
import { shortNames, type ShortNames } from '../names.ts';
import {
  ganttTable,
  heatTable,
  latencyTable,
  loadTable,
  nodesTable,
  perPodTables,
  replicasTable,
} from './lane-tables.ts';

interface Lane {
  name: string;
  /** What is shown, in a word or two. */
  subject: string;
  /** What is to be seen in it. */
  title: string;
  /** What the reader should know besides. */
  says?: Content;
  data: Content;
  /** Whether there is anything to draw. */
  drawn: boolean;
}

/** The run on one clock: the four lanes, then the pods one by one, with all marks and the tables behind the charts. */
export function clockSection(findings: Findings, tableRows: number): Markup {
  const marks = pageMarks(findings);
  const names = shortNames(findings);
  const four = lanes(findings, tableRows);
  const perPod = podCharts(findings);
  return section(
    'clock',
    'The run on one clock',
    html`<div class="lanes">${four.map(lane)}</div>
      ${marksLegend(marks, findings.generator.saturatedSeconds)}
      <p class="note">
        All charts share one time axis. In words: ${term('offered', 'offered load')},
        ${term('outcome', 'outcomes')}, ${term('response-time', 'response time')},
        ${term('percentile', 'percentiles')}, pods ${term('desired', 'desired')}, ${term('ready', 'ready')}
        and ${term('in-rotation', 'in rotation')}, ${term('nodes', 'nodes')}.
        <span class="needs-script" id="clock-hint"
          >Drag over a chart to zoom in on all of them; double-click to zoom out. Keys: ← → move the cursor, +
          − zoom, Esc shows the whole run.</span
        >
      </p>
      <div class="unfold">
        ${marksList(marks, names)} ${four.map(({ data, drawn }) => (drawn ? data : ''))}
      </div>
      <h3 class="part">In detail, on the same clock</h3>
      ${perPod.map(
        (of) =>
          html`<div class="lanes">${lane(of)}</div>
            ${of.drawn ? html`<div class="unfold">${of.data}</div>` : ''}`,
      )}`,
    toolbar(),
  );
}

function toolbar(): Markup {
  return html`<div class="toolbar needs-script" role="group" aria-label="Time shown by all charts">
    <output id="clock-window" aria-live="polite"></output>
    <button type="button" class="button" data-zoom="in">Zoom in</button>
    <button type="button" class="button" data-zoom="out">Zoom out</button>
    <button type="button" class="button" data-zoom="reset">Whole run</button>
  </div>`;
}

function lanes(findings: Findings, rows: number): Lane[] {
  const traffic = findings.seconds.length > 0;
  return [
    {
      name: 'load',
      subject: 'Load',
      title: loadTitle(findings),
      data: loadTable(findings, rows),
      drawn: traffic,
    },
    {
      name: 'latency',
      subject: 'Latency',
      title: latencyTitle(findings),
      data: latencyTable(findings, rows),
      drawn: traffic,
    },
    {
      name: 'pods',
      subject: 'Pods',
      title: podsTitle(findings),
      data: replicasTable(findings, rows),
      drawn: findings.replicas.length > 0,
    },
    {
      name: 'nodes',
      subject: 'Nodes',
      title: shortNames(findings).inText(nodesTitle(findings)),
      data: nodesTable(findings, rows),
      drawn: findings.nodeCounts.length > 0,
    },
  ];
}

function podCharts(findings: Findings): Lane[] {
  const traffic = findings.seconds.length > 0;
  const { prefix, nodePrefix } = shortNames(findings);
  const perPod = perPodTables(findings);
  return [
    {
      name: 'gantt',
      subject: 'Lives',
      title: ganttTitle(findings),
      says: html`Each pod below its node, coloured by
      ${term('pod-states', 'state')}.${calledShort('Pods', prefix)}${calledShort('Nodes', nodePrefix)}`,
      data: ganttTable(findings),
      drawn: findings.pods.length > 0,
    },
    {
      name: 'served',
      subject: 'Requests',
      title: servedTitle(findings),
      says: html`Where a pod’s band ends and others widen, traffic was ${term('rerouting', 'rerouted')}. Pods
      of one node have one hue.`,
      data: perPod.served,
      drawn: traffic,
    },
    {
      name: 'connections',
      subject: 'Connections',
      title: connectionsTitle(findings),
      says: html`A new pod receives requests only as new ${term('connections-per-pod', 'connections')} reach
      it.`,
      data: perPod.connections,
      drawn: traffic,
    },
    {
      name: 'heat',
      subject: 'Latency',
      title: heatTitle(findings),
      says: html`${term('response-time', 'Response time')} of ok requests by when they were due; the darker,
      the larger their share of that time. Percentiles hide what stands out here: two groups of answers, or a
      few slow ones.`,
      data: heatTable(findings),
      drawn: findings.seconds.some(({ latencyBands }) => latencyBands.counts.length > 0),
    },
  ];
}

function calledShort(what: string, prefix: string): Content {
  return prefix === ''
    ? ''
    : html` ${what} are called by the ends of their names (<span class="name">${prefix}…</span>).`;
}

function lane({ name, subject, title, says, drawn }: Lane): Markup {
  return html`<div class="lane" id="lane-${name}">
    <div class="lane-head">
      <h3><span class="subject">${subject}</span> ${unparted(title)}</h3>
      ${drawn ? html`<div class="legend needs-script" data-legend="${name}"></div>` : ''}
    </div>
    ${drawn && says !== undefined ? html`<p class="note">${says}</p>` : ''}
    ${
      drawn
        ? html`<div
            class="plot ${name} needs-script"
            data-chart="${name}"
            role="slider"
            tabindex="0"
            aria-orientation="horizontal"
            aria-label="${subject}: time cursor"
            aria-describedby="clock-hint"
            aria-valuemin="0"
            aria-valuemax="1"
            aria-valuenow="0"
          >
            <canvas></canvas><span class="selection"></span><span class="cursor"></span>
          </div>`
        : html`<p class="empty">${title} in this run.</p>`
    }
  </div> `;
}

function marksLegend(marks: readonly PageMark[], saturatedSeconds: number): Markup {
  const has = (kind: PageMark['kind']): boolean => marks.some((mark) => mark.kind === kind);
  const kinds = [
    has('phase') && html`<li><span class="line phase"></span>a phase of traffic begins</li>`,
    has('fault') && html`<li><span class="line fault"></span>fault</li>`,
    has('undone') && html`<li><span class="line undone"></span>fault undone</li>`,
    has('scaling') && html`<li><span class="line scaling"></span>pods asked for: from→to</li>`,
    has('node') && html`<li><span class="line node"></span>node down or back</li>`,
    saturatedSeconds > 0 &&
      html`<li>
        <span class="line saturated"></span>
        <span>${term('saturated', 'saturated second')}: spoiled by the generator</span>
      </li>`,
  ].filter((item): item is Markup => item !== false);
  return kinds.length === 0
    ? html`<p class="empty">Nothing is marked: no phase, no fault and no decision was recorded.</p>`
    : html`<ul class="kinds">
        ${kinds}
      </ul>`;
}

function marksList(marks: readonly PageMark[], names: ShortNames): Content {
  return marks.length === 0
    ? ''
    : html`<details class="data marks" data-paper>
        <summary>${plural(marks.length, 'mark')}</summary>
        <ol>
          ${marks.map(
            (mark) =>
              html`<li>
                <span class="at">${instant(mark.t * 1000)}</span>
                <span class="code ${mark.kind}">${mark.kind === 'phase' ? 'phase' : mark.code}</span>
                ${names.inText(mark.label)}
              </li> `,
          )}
        </ol>
      </details>`;
}
