/** The timeline's filter, CSV files, and boxes that scroll. */

/** @typedef {(string | number)[][]} Rows */

/**
 * Makes the tables of the page answer.
 *
 * @param {(chart: string) => Rows | null} columnsOf The full data of a chart, null where its table has all there is.
 */
export function createTables(columnsOf) {
  filterTimeline();
  for (const button of document.querySelectorAll('[data-csv]')) {
    const name = button.getAttribute('data-csv') ?? '';
    button.addEventListener('click', () =>
      download(name, columnsOf(name) ?? rowsOf(document.getElementById(`data-${name}`))),
    );
  }
  offerCsv();
  addEventListener('resize', () => markScrollers());
  document.addEventListener('toggle', () => markScrollers(), true);
}

function filterTimeline() {
  const text = /** @type {HTMLInputElement | null} */ (document.getElementById('timeline-text'));
  const severity = /** @type {HTMLSelectElement | null} */ (document.getElementById('timeline-severity'));
  const output = document.getElementById('timeline-count');
  if (!text || !severity || !output) return;
  const rows = /** @type {HTMLTableRowElement[]} */ ([
    ...document.querySelectorAll('#timeline-table tbody tr'),
  ]);
  /** @type {string[] | undefined} */
  let searched;
  const apply = () => {
    searched ??= rows.map((row) => (row.textContent ?? '').toLowerCase());
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [index, row] of rows.entries()) {
      const fits =
        (severity.value === '' || row.dataset['severity'] === severity.value) &&
        words.every((word) => searched?.[index]?.includes(word));
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    output.textContent = `${shown.toLocaleString('en-US')} shown`;
  };
  text.addEventListener('input', apply);
  severity.addEventListener('change', apply);
}

/** Every table that is not the data of a chart can be had as a file too; where there is no script there is no such button. */
function offerCsv() {
  for (const table of document.querySelectorAll('.scroll > table')) {
    const box = table.parentElement;
    if (box === null || table.closest('details.data') !== null) continue;
    const name = (table.querySelector('caption')?.textContent ?? table.getAttribute('aria-label') ?? 'table')
      .replaceAll(/\s+/g, ' ')
      .trim();
    const line = document.createElement('p');
    line.className = 'csv';
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'CSV';
    button.setAttribute('aria-label', `CSV: ${name}`);
    button.title = 'Download this table as CSV';
    const file = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 60);
    button.addEventListener('click', () => download(file, rowsOf(table)));
    line.append(button);
    box.before(line);
  }
}

/**
 * A box that scrolls must be reachable by keyboard; one that does not would only be in the way. What is folded away waits: to
 * ask whether it scrolls would have it laid out.
 *
 * @param {Document | Element} [within]
 */
export function markScrollers(within = document) {
  /** @type {NodeListOf<HTMLElement>} */
  const boxes = within.querySelectorAll('.scroll');
  for (const box of boxes) {
    if (box.closest('details:not([open])') !== null) continue;
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

/**
 * @param {string} name
 * @param {Rows} rows
 */
function download(name, rows) {
  const text = rows.map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n';
  const link = document.createElement('a');
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.href = url;
  link.download = `${name}.csv`;
  link.click();
  URL.revokeObjectURL(url);
}

/**
 * What a table shows, without what is said to screen readers only.
 *
 * @param {Element | null} box
 * @returns {Rows}
 */
function rowsOf(box) {
  return [...(box?.querySelectorAll('tr') ?? [])].map((row) =>
    [...row.children].map((cell) => {
      const copy = /** @type {Element} */ (cell.cloneNode(true));
      for (const unseen of copy.querySelectorAll('.sr')) unseen.remove();
      return (copy.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
    }),
  );
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
