/** The timeline's filter, CSV files, and boxes that scroll. */

import { series } from './values.js';

/** Makes the tables of the page answer. */
export function createTables() {
  filterTimeline();
  for (const button of document.querySelectorAll('[data-csv]')) {
    button.addEventListener('click', () => download(button.getAttribute('data-csv') ?? ''));
  }
  markScrollers();
  addEventListener('resize', markScrollers);
  document.addEventListener('toggle', markScrollers, true);
}

function filterTimeline() {
  const text = /** @type {HTMLInputElement | null} */ (document.getElementById('timeline-text'));
  const severity = /** @type {HTMLSelectElement | null} */ (document.getElementById('timeline-severity'));
  const output = document.getElementById('timeline-count');
  if (!text || !severity || !output) return;
  const rows = /** @type {HTMLTableRowElement[]} */ ([
    ...document.querySelectorAll('#timeline-table tbody tr'),
  ]);
  const searched = rows.map((row) => (row.textContent ?? '').toLowerCase());
  const apply = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [index, row] of rows.entries()) {
      const fits =
        (severity.value === '' || row.dataset['severity'] === severity.value) &&
        words.every((word) => searched[index]?.includes(word));
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    output.textContent = `${shown.toLocaleString('en-US')} shown`;
  };
  text.addEventListener('input', apply);
  severity.addEventListener('change', apply);
}

/** A box that scrolls must be reachable by keyboard; one that does not would only be in the way. */
function markScrollers() {
  /** @type {NodeListOf<HTMLElement>} */
  const boxes = document.querySelectorAll('.scroll');
  for (const box of boxes) {
    const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    if (!scrolls) {
      box.removeAttribute('tabindex');
      continue;
    }
    box.tabIndex = 0;
    box.setAttribute('role', 'region');
    const caption = box.querySelector('caption')?.textContent;
    if (caption) box.setAttribute('aria-label', `${caption} (scrolls)`);
  }
}

/** @param {string} name */
function download(name) {
  const link = document.createElement('a');
  const url = URL.createObjectURL(new Blob([csvOf(name)], { type: 'text/csv' }));
  link.href = url;
  link.download = `${name}.csv`;
  link.click();
  URL.revokeObjectURL(url);
}

/**
 * The chart's data in full, or what its table shows where the chart has no columns.
 *
 * @param {string} name
 */
function csvOf(name) {
  const all = series[name] ?? [];
  const instants = all[0]?.t ?? [];
  const rows =
    all.length > 0
      ? [
          ['from_s', ...all.map((of) => of.label)],
          ...instants.map((t, index) => [t, ...all.map((of) => of.values[index] ?? '')]),
        ]
      : [...document.querySelectorAll(`#data-${name} tr`)].map((row) =>
          [...row.children].map((cell) => (cell.textContent ?? '').trim()),
        );
  return rows.map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n';
}

/**
 * A spreadsheet takes a cell that begins so for a formula; names of pods come from outside.
 *
 * @param {string | number} value
 */
function csvCell(value) {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
