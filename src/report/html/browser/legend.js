/** Legends that show the values at the cursor and hide a series at a click; and the tip beside the pointer. */

import { clock, instantText, onClock } from './clock.js';
import { ganttFills, ganttRowAt, stateAt } from './gantt.js';
import { heatAt } from './heat.js';
import { onPlot } from './plot.js';
import { cssColor } from './theme.js';
import { series, valueAt } from './values.js';

/** @import { Plot } from './plot.js' */
/** @import { Series } from './values.js' */

/** More entries than these make a legend unreadable. */
const mostEntries = 24;
/** Lines in the tip. */
const mostLines = 14;

/** Gives every chart its legend as it is put on the page, and the tip to those with too many series for one. */
export function createLegends() {
  const tip = document.body.appendChild(element('div', 'tip', ''));
  tip.hidden = true;
  tip.setAttribute('aria-hidden', 'true');
  onPlot((plot) => {
    const box = document.querySelector(`[data-legend="${plot.name}"]`);
    if (box !== null && plot.name === 'gantt') box.append(...ganttFills.map(stateEntry));
    else if (box !== null && plot.name === 'heat') box.append(heatKey());
    else if (box !== null) seriesLegend(plot, box);
    const lines = tipLines[plot.name];
    if (lines !== undefined) listenForTip(plot, tip, lines);
  });
}

/** @type {Record<string, (plot: Plot, event: PointerEvent) => HTMLElement[]>} */
const tipLines = {
  gantt: rowLines,
  served: () => podLines('served'),
  connections: () => podLines('connections'),
  heat: cellLines,
};

/**
 * @param {Plot} plot
 * @param {HTMLElement} tip
 * @param {(plot: Plot, event: PointerEvent) => HTMLElement[]} linesAt
 */
function listenForTip(plot, tip, linesAt) {
  plot.box.addEventListener('pointermove', (event) => {
    const lines = linesAt(plot, event);
    tip.replaceChildren(...lines);
    tip.hidden = lines.length === 0;
    place(tip, event);
  });
  plot.box.addEventListener('pointerleave', () => {
    tip.hidden = true;
  });
}

/** Light to dark, with what the ends mean. */
function heatKey() {
  const entry = element('span', 'entry', '');
  entry.append(
    element('span', 'name', 'few'),
    element('span', 'heat-key', ''),
    element('span', 'name', 'most'),
  );
  return entry;
}

/**
 * @param {Plot} plot
 * @param {PointerEvent} event
 */
function cellLines({ chart }, event) {
  if (clock.cursor === null) return [];
  const y = event.clientY - chart.canvas.getBoundingClientRect().top;
  const text = heatAt(clock.cursor, chart.scales['y']?.getValueForPixel(y) ?? 0);
  return text === '' ? [] : [element('strong', '', instantText(clock.cursor)), element('span', '', text)];
}

/**
 * @param {Plot} plot
 * @param {Element} box
 */
function seriesLegend({ name, chart }, box) {
  const all = series[name] ?? [];
  const shown = name === 'served' || name === 'connections' ? busiest(all) : all;
  const outputs = shown.map((of) => {
    const entry = document.createElement('button');
    entry.type = 'button';
    entry.setAttribute('aria-pressed', 'true');
    const value = element('span', 'value', '');
    entry.title = of.label;
    entry.setAttribute('aria-label', of.label);
    entry.append(swatch(of), element('span', 'name', of.short ?? of.label), value);
    entry.addEventListener('click', () => {
      const index = all.indexOf(of);
      const visible = !chart.isDatasetVisible(index);
      chart.setDatasetVisibility(index, visible);
      chart.update('none');
      entry.setAttribute('aria-pressed', String(visible));
    });
    box.append(entry);
    return { of, value };
  });
  if (shown.length < all.length) box.append(element('span', 'more', `and ${all.length - shown.length} more`));
  onClock(() => {
    const at = clock.cursor;
    for (const { of, value } of outputs) {
      const number = at === null ? null : valueAt(of, at);
      value.textContent = number === null ? '' : of.format(number);
    }
  });
}

/** @param {Series[]} all */
function busiest(all) {
  if (all.length <= mostEntries) return all;
  const sum = (/** @type {Series} */ of) =>
    of.values.reduce((/** @type {number} */ total, value) => total + (value ?? 0), 0);
  const chosen = new Set([...all].sort((a, b) => sum(b) - sum(a)).slice(0, mostEntries));
  return all.filter((of) => chosen.has(of));
}

/** @param {Series} of */
function swatch(of) {
  const made = element(
    'span',
    `swatch ${of.shape === 'line' ? 'as-line' : ''} ${of.key === 'desired' || of.key === 'total' ? 'dashed' : ''}`,
    '',
  );
  made.style.setProperty('--c', cssColor(of.color));
  return made;
}

/** @param {string} fill */
function stateEntry(fill) {
  const entry = element('span', 'entry', '');
  entry.append(
    element('span', `swatch ${fill.startsWith('hit') ? 'hit' : fill.replace(' ', '-')}`, ''),
    element('span', 'name', fill),
  );
  return entry;
}

/**
 * @param {Plot} plot
 * @param {PointerEvent} event
 */
function rowLines({ chart }, event) {
  const row = ganttRowAt(event.clientY - chart.canvas.getBoundingClientRect().top);
  if (row === undefined || clock.cursor === null) return [];
  const span = stateAt(row, clock.cursor);
  return [
    element('strong', '', row.name),
    element(
      'span',
      '',
      span === undefined ? 'not there' : `${span[0]} from ${instantText(span[1])} to ${instantText(span[2])}`,
    ),
  ];
}

/** @param {string} name */
function podLines(name) {
  const at = clock.cursor;
  if (at === null) return [];
  const values = (series[name] ?? [])
    .map((of) => ({ of, value: valueAt(of, at) ?? 0 }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value);
  const total = values.reduce((sum, { value }) => sum + value, 0);
  const lines = values.slice(0, mostLines).map(({ of, value }) => {
    const line = element('span', 'line', '');
    line.append(
      swatch(of),
      element('span', 'name', of.short ?? of.label),
      element('span', 'value', of.format(value)),
    );
    return line;
  });
  if (values.length > mostLines) lines.push(element('span', '', `and ${values.length - mostLines} more`));
  const head = `${instantText(at)}: ${Math.round(total).toLocaleString('en-US')} ${name === 'served' ? 'requests/s' : 'connections'} on ${values.length} pods`;
  return [element('strong', '', head), ...lines];
}

/**
 * @param {HTMLElement} tip
 * @param {PointerEvent} event
 */
function place(tip, event) {
  const { offsetWidth: width, offsetHeight: height } = tip;
  const x = event.clientX + 16 + width > innerWidth ? event.clientX - 16 - width : event.clientX + 16;
  const y = Math.min(Math.max(8, event.clientY - height / 2), innerHeight - height - 8);
  tip.style.left = `${Math.max(4, x)}px`;
  tip.style.top = `${y}px`;
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {string} text Put in as text, never as HTML.
 */
function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.textContent = text;
  return made;
}
