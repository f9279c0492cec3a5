import { html as escapingTemplate, raw } from 'hono/html';
import type { DefinitionName } from './definitions.ts';

/** Text that is HTML already; everything else is escaped when it is put into a template. */
export type Markup = ReturnType<typeof raw>;
/** What may stand between `${` and `}`. Nothing is shown for null, undefined and false. */
export type Content = Markup | string | number | null | undefined | false | readonly Content[];

/** The template tag of every page part: what is put in is escaped, unless it came from such a template itself. */
export const html = escapingTemplate as (strings: TemplateStringsArray, ...values: Content[]) => Markup;

/** A term that links to its definition at the end of the page. */
export function term(name: DefinitionName, text: Content): Markup {
  return html`<a class="term" href="#${name}">${text}</a>`;
}

/** A dash that says what it means, for a value that does not exist. */
export function dash(meaning = 'did not happen'): Markup {
  return html`<span class="none" title="${meaning}">–<span class="sr"> ${meaning}</span></span>`;
}

/** The value as written by `format`, or a dash where there is none. */
export function orDash<T>(value: T | null, format: (value: T) => Content, meaning?: string): Content {
  return value === null ? dash(meaning) : format(value);
}

/** A column of a table. */
interface Column {
  head: Content;
  /** Numbers stand right-aligned in figures of one width. */
  numeric?: boolean;
  /** Text that may be long gets the room that is left. */
  wide?: boolean;
}

/** What a table is made of. */
interface TableParts {
  caption: Content;
  columns: readonly Column[];
  /** The first cell of a row is its header. */
  rows: readonly (readonly Content[])[];
  foot?: readonly Content[];
  /** Said in place of an empty body. */
  empty: string;
  /** On paper it is left out, because it has what only few want to know; on screen it is there. */
  screenOnly?: boolean;
  id?: string;
}

/** A longer table scrolls within the page, lest it hides what comes after it. */
const mostRowsAtOnce = 30;

/** A table inside a box that scrolls by itself, so that the page never has to. */
export function table({ caption, columns, rows, foot, empty, id, screenOnly = false }: TableParts): Markup {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  const classes = columns.map((column) =>
    [column.numeric === true && 'num', column.wide === true && 'wide'].filter(Boolean).join(' '),
  );
  const cells = (row: readonly Content[]): Markup[] =>
    row.map((cell, index) =>
      index === 0
        ? html`<th scope="row" class="${classes[index]}">${cell}</th>`
        : html`<td class="${classes[index]}">${cell}</td>`,
    );
  return html`<div class="scroll${rows.length > mostRowsAtOnce ? ' tall' : ''}${screenOnly ? ' screen-only' : ''}">
<table${id === undefined ? '' : html` id="${id}"`}${columns.length <= 5 && !columns.some(({ wide }) => wide) ? html` class="snug"` : ''}>
<caption>${caption}</caption>
<thead><tr>${columns.map((column, index) => html`<th scope="col" class="${classes[index]}">${column.head}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) =>
    html`<tr>
      ${cells(row)}
    </tr> `,
)}</tbody>
${
  foot === undefined
    ? ''
    : html`<tfoot>
        <tr>
          ${cells(foot)}
        </tr>
      </tfoot>`
}
</table>
</div>`;
}

/**
 * The data behind a chart: a table to unfold. `name` is the chart's, by which the page's script finds the full data for the
 * CSV file.
 */
export function dataTable(name: string, title: string, parts: TableParts, note: Content = ''): Markup {
  return html`<details class="data" id="data-${name}">
    <summary>Data: ${title}</summary>
    ${note === '' ? '' : html`<p class="note">${note}</p>`}
    <p class="needs-script">
      <button type="button" class="button" data-csv="${name}">Download as CSV</button>
    </p>
    ${table(parts)}
  </details>`;
}

/** A section of the page with its heading, which is what links jump to; `beside` stands on the heading's line and stays in sight. */
export function section(id: string, title: string, body: Content, beside: Content = ''): Markup {
  const heading = html`<h2 id="${id}-title">${title}</h2>`;
  return html`<section id="${id}" aria-labelledby="${id}-title">
    ${beside === '' ? heading : html`<div class="section-head">${heading} ${beside}</div>`} ${body}
  </section> `;
}

/** Paragraphs as a list, or nothing. */
export function bullets(items: readonly Content[]): Content {
  return items.length === 0
    ? ''
    : html`<ul>
        ${items.map((item) => html`<li>${item}</li>`)}
      </ul>`;
}
