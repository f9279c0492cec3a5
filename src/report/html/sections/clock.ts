import type { Findings } from '../../../analysis/index.ts';
import { plural } from '../format.ts';
import { html, section, term, type Content, type Markup } from '../markup.ts';
import { instant } from '../format.ts';
import { pageMarks, type PageMark } from '../marks.ts';
import { latencySentence, loadSentence, nodesSentence, replicasSentence } from '../sentences.ts';
import {
  connectionsTable,
  ganttTable,
  latencyTable,
  loadTable,
  nodesTable,
  replicasTable,
  servedTable,
} from './lane-tables.ts';

interface Lane {
  name: string;
  title: string;
  unit: string;
  says: Content;
  /** What the chart is for those who cannot see it; its values are spoken as the cursor moves. */
  label: string;
  data: Content;
  /** Why there is nothing to draw, if so. */
  empty: string | null;
}

/** The run on one clock: the lanes, the pods and who served what, with all marks and the tables behind the charts. */
export function clockSection(findings: Findings, tableRows: number): Markup {
  const marks = pageMarks(findings);
  return section(
    'clock',
    'The run on one clock',
    html`<p class="says">
        All charts share one time axis: minutes and seconds since the start of the run. Faults, decisions of
        the autoscaler and changes of nodes are marked on every chart.
      </p>
      <div class="toolbar needs-script" role="group" aria-label="Time shown by all charts">
        <output id="clock-window" aria-live="polite"></output>
        <button type="button" class="button" data-zoom="in">Zoom in</button>
        <button type="button" class="button" data-zoom="out">Zoom out</button>
        <button type="button" class="button" data-zoom="reset">Whole run</button>
        <span class="hint" id="clock-hint"
          >Drag over a chart to zoom in. Keys: ← → move the cursor, + − zoom, Esc shows the whole run.</span
        >
      </div>
      ${marksLegend(marks, findings.generator.saturatedSeconds)} ${lanes(findings, tableRows).map(lane)}`,
  );
}

function lanes(findings: Findings, rows: number): Lane[] {
  const noTraffic = findings.seconds.length === 0 ? 'No traffic was recorded in this run.' : null;
  const noPods = findings.pods.length === 0 ? 'No pod was seen in this run.' : null;
  return [
    {
      name: 'load',
      title: 'Load',
      unit: 'requests per second, offered and answered; below, what did not end ok',
      says: html`${loadSentence(findings)} ${term('offered', 'Offered load')} and
      ${term('outcome', 'outcomes')} count in the second in which a request was due.`,
      label: 'Load',
      data: loadTable(findings, rows),
      empty: noTraffic,
    },
    {
      name: 'latency',
      title: 'Latency',
      unit: 'response time of ok requests, ms',
      says: html`${latencySentence(findings)} ${term('response-time', 'Response time')} counts from the
      instant a request was due.`,
      label: 'Latency',
      data: latencyTable(findings, rows),
      empty: noTraffic,
    },
    {
      name: 'pods',
      title: 'Pods',
      unit: 'number of pods',
      says: html`${replicasSentence(findings)} (${term('desired', 'desired')}, ${term('ready', 'ready')},
      ${term('in-rotation', 'in rotation')})`,
      label: 'Pods',
      data: replicasTable(findings, rows),
      empty: findings.replicas.length === 0 ? 'No pods were recorded in this run.' : null,
    },
    {
      name: 'nodes',
      title: 'Nodes',
      unit: 'number of nodes',
      says: html`${nodesSentence(findings)} (${term('nodes', 'nodes')})`,
      label: 'Nodes',
      data: nodesTable(findings, rows),
      empty: findings.nodeCounts.length === 0 ? 'No nodes were recorded in this run.' : null,
    },
    {
      name: 'gantt',
      title: 'Life of each pod',
      unit: 'by node, from created to gone',
      says: html`${plural(findings.pods.length, 'pod')} on
      ${plural(new Set(findings.pods.flatMap(({ node }) => node ?? [])).size, 'node')}, coloured by
      ${term('pod-states', 'state')}.`,
      label: 'Life of each pod',
      data: ganttTable(findings),
      empty: noPods,
    },
    {
      name: 'served',
      title: 'Requests per pod',
      unit: 'ok answers per second, stacked',
      says: html`Who served the load: where a pod’s band ends and the others widen, traffic was
      ${term('rerouting', 'rerouted')}.`,
      label: 'Requests per pod',
      data: servedTable(findings),
      empty: noTraffic,
    },
    {
      name: 'connections',
      title: 'Connections per pod',
      unit: 'open connections, stacked',
      says: html`New pods receive requests only as new ${term('connections-per-pod', 'connections')} reach
      them.`,
      label: 'Connections per pod',
      data: connectionsTable(findings),
      empty: noTraffic,
    },
  ];
}

function lane({ name, title, unit, says, label, data, empty }: Lane): Markup {
  return html`<div class="lane" id="lane-${name}">
    <div class="lane-head">
      <h3>${title} <span class="unit">${unit}</span></h3>
      <p class="says">${says}</p>
      ${empty === null ? html`<div class="legend needs-script" data-legend="${name}"></div>` : ''}
    </div>
    ${
      empty === null
        ? html`<div
            class="plot ${name} needs-script"
            data-chart="${name}"
            role="slider"
            tabindex="0"
            aria-orientation="horizontal"
            aria-label="${label}: time cursor"
            aria-describedby="clock-hint"
            aria-valuemin="0"
            aria-valuemax="1"
            aria-valuenow="0"
          >
            <canvas></canvas><span class="selection"></span><span class="cursor"></span>
          </div>`
        : html`<p class="empty">${empty}</p>`
    }
    ${empty === null ? data : ''}
  </div> `;
}

function marksLegend(marks: readonly PageMark[], saturatedSeconds: number): Markup {
  const events = marks.filter((mark) => mark.kind !== 'phase');
  const phases = marks.filter((mark) => mark.kind === 'phase');
  const kinds = [
    phases.length > 0 && html`<li><span class="line phase"></span>a phase of traffic begins</li>`,
    events.some((mark) => mark.kind === 'fault') &&
      html`<li><span class="line fault"></span>fault (and where it is undone)</li>`,
    events.some((mark) => mark.kind === 'scaling') &&
      html`<li><span class="line scaling"></span>autoscaler decision (from→to pods)</li>`,
    events.some((mark) => mark.kind === 'node') &&
      html`<li><span class="line node"></span>change of a node</li>`,
    saturatedSeconds > 0 &&
      html`<li>
        <span class="line saturated"></span>
        <span>${term('saturated', 'saturated second')}: spoiled by the generator</span>
      </li>`,
  ].filter((item): item is Markup => item !== false);
  if (kinds.length === 0)
    return html`<p class="empty">Nothing is marked: no phase, no fault and no decision was recorded.</p>`;
  return html`<div class="marks">
    <ul class="kinds">
      ${kinds}
    </ul>
    ${
      marks.length === 0
        ? ''
        : html`<details${marks.length <= 24 ? html` open` : ''}><summary>${plural(marks.length, 'mark')} in order of time</summary><ol>${marks.map(
            (mark) =>
              html`<li>
                <span class="at">${instant(mark.t * 1000)}</span>
                <span class="code ${mark.kind}">${mark.kind === 'phase' ? 'phase' : mark.code}</span>
                ${mark.label}
              </li> `,
          )}</ol></details>`
    }
  </div>`;
}
