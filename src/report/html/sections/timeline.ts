import type { Findings, TimelineEntry } from '../../../analysis/index.ts';
import { count, instant } from '../format.ts';
import { html, section, type Markup } from '../markup.ts';

/** The cluster's own events; where there are too many for the page, warnings have precedence. */
export function timelineSection({ timeline }: Findings, most: number): Markup {
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
        What Kubernetes itself reported: ${count(timeline.length)} events,
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
          </select></label
        >
        <output id="timeline-count" for="timeline-text timeline-severity"
          >${count(shown.length)} shown</output
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
            ${shown.map(
              (entry) =>
                html`<tr
                  data-severity="${entry.severity}"
                  ${onPaper.has(entry) ? '' : html` class="screen-only"`}
                >
                  <th scope="row" class="num">${instant(entry.t)}</th>
                  <td>
                    <span class="severity ${entry.severity === 'Warning' ? 'warning' : 'normal'}"
                      >${entry.severity}</span
                    >
                  </td>
                  <td>${entry.reason}</td>
                  <td><span class="name">${entry.object}</span></td>
                  <td class="wide">
                    ${entry.message}${entry.component === '' ? '' : html` <span class="aside">${entry.component}</span>`}
                  </td>
                </tr> `,
            )}
          </tbody>
        </table>
      </div>`,
  );
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
