import type { Findings, TimelineEntry } from '../../../analysis/index.ts';
import { count, instant } from '../format.ts';
import { html, section, type Markup } from '../markup.ts';
import { pageMarks } from '../marks.ts';

/** The cluster's own events; where there are too many for the page, warnings have precedence. */
export function timelineSection(findings: Findings, most: number): Markup {
  const { timeline } = findings;
  if (timeline.length === 0) {
    return section(
      'timeline',
      'Cluster events',
      html`<p class="empty">The cluster reported no event in this run.</p>`,
    );
  }
  const shown = selectEvents(timeline, most);
  const warnings = shown.filter((entry) => entry.severity === 'Warning').length;
  const onPaper = new Set(firstOfEachKind(shown));
  return section(
    'timeline',
    'Cluster events',
    html`<p class="says">
        What Kubernetes itself reported, with the faults, phases and decisions of the run between:
        ${count(timeline.length)} events,
        ${count(timeline.filter((entry) => entry.severity === 'Warning').length)} of them
        warnings.${shown.length < timeline.length ? ` ${count(shown.length)} are shown, warnings first of all; the journal has the rest.` : ''}
      </p>
      <div class="filter needs-script">
        <label
          >Text
          <input type="search" id="timeline-text" autocomplete="off" placeholder="pod, reason, message …"
        /></label>
        <label
          >Severity
          <select id="timeline-severity">
            <option value="">all</option>
            <option>Normal</option>
            <option>Warning</option>
            <option value="Mark">marks of the run</option>
          </select></label
        >
        <output id="timeline-count" for="timeline-text timeline-severity"
          >${count(shown.length + findings.marks.length)} shown</output
        >
      </div>
      <div class="scroll tall">
        <table id="timeline-table" class="timeline">
          <caption>
            Events in order of
            time${warnings === 0 ? '' : html` <span class="print-only">(on paper: the first warning of each kind)</span>`}
          </caption>
          <thead>
            <tr>
              <th scope="col" class="num">At</th>
              <th scope="col">Severity</th>
              <th scope="col">Reason</th>
              <th scope="col">Object</th>
              <th scope="col" class="wide">Message</th>
            </tr>
          </thead>
          <tbody>
            ${inOrder(
              shown.map((entry) => ({ t: entry.t, row: eventRow(entry, onPaper.has(entry)) })),
              marksOf(findings),
            )}
          </tbody>
        </table>
      </div>`,
  );
}

interface TimedRow {
  /** Ms since the run's origin. */
  t: number;
  row: Markup;
}

function inOrder(events: readonly TimedRow[], marks: readonly TimedRow[]): Markup[] {
  return [...marks, ...events].sort((a, b) => a.t - b.t).map(({ row }) => row);
}

function eventRow(entry: TimelineEntry, onPaper: boolean): Markup {
  return html`<tr data-severity="${entry.severity}" ${onPaper ? '' : html` class="screen-only"`}>
    <th scope="row" class="num">${instant(entry.t)}</th>
    <td>
      <span class="severity ${entry.severity === 'Warning' ? 'warning' : 'normal'}">${entry.severity}</span>
    </td>
    <td>${entry.reason}</td>
    <td><span class="name">${entry.object}</span></td>
    <td class="wide">
      ${entry.message}${entry.component === '' ? '' : html` <span class="aside">${entry.component}</span>`}
    </td>
  </tr> `;
}

/** What the lanes mark, as rows among the events: what an event follows from is seen above it. */
function marksOf(findings: Findings): TimedRow[] {
  return pageMarks(findings).map(({ t, kind, code, label }) => ({
    t: t * 1000,
    row: html`<tr data-severity="Mark" class="marked screen-only">
      <th scope="row" class="num">${instant(t * 1000)}</th>
      <td>mark</td>
      <td><span class="code ${kind}">${kind === 'phase' ? 'phase' : code}</span></td>
      <td colspan="2" class="wide">${label}</td>
    </tr> `,
  }));
}

/** The first warning of each reason, which on paper stands for all; where nothing was warned of, everything. */
function firstOfEachKind(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const warnings = entries.filter(({ severity }) => severity === 'Warning');
  return warnings.length === 0
    ? [...entries]
    : [...Map.groupBy(warnings, ({ reason }) => reason).values()].flatMap((kind) => kind.slice(0, 1));
}

/** At most `most` events in order of time: all warnings that fit, then the earliest of the others. */
export function selectEvents(timeline: readonly TimelineEntry[], most: number): TimelineEntry[] {
  const sorted = [...timeline].sort((a, b) => a.t - b.t);
  if (sorted.length <= most) return sorted;
  const warnings = sorted.filter((entry) => entry.severity === 'Warning').slice(0, most);
  const others = sorted.filter((entry) => entry.severity !== 'Warning').slice(0, most - warnings.length);
  return [...warnings, ...others].sort((a, b) => a.t - b.t);
}
