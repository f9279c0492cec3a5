/** Setting text for a terminal: one column per character, which holds for all that openbell prints. */

/** Outside text without what a terminal would obey: control characters become `?`. */
export function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}

/** At most `width` characters; what is too long ends in an ellipsis. */
function clip(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Like {@link clip}, but what distinguishes Kubernetes' generated names stands at their end, so the middle gives way. */
function clipMiddle(text: string, width: number): string {
  const characters = Array.from(text);
  if (characters.length <= width) return text;
  const end = Math.min(6, Math.floor(width / 2));
  return `${characters.slice(0, Math.max(0, width - 1 - end)).join('')}…${characters.slice(-end).join('')}`;
}

/** Text that {@link paragraph} does not break: its spaces are the unbreakable kind until it is set. */
export function together(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

/** Breaks text into at most `most` lines at spaces; words longer than a line are clipped. */
export function paragraph(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/[ \t\r\n]+/).map(plain)) {
    if (line !== '' && length(line) + 1 + length(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  const kept = lines.slice(0, most);
  if (lines.length > most) kept[most - 1] = `${kept[most - 1]} ${lines.slice(most).join(' ')}`;
  return kept.map((one) => clip(one.replaceAll('\u00a0', ' '), width));
}

/** How a table is set. */
export interface TableOptions {
  columns: number;
  /** Index of the column that gives way when the table is too wide. */
  elastic: number;
  /** Indices of the columns that are set flush right. */
  right: readonly number[];
}

/** Rows as lines of equal columns, two spaces apart. */
export function table(
  rows: readonly (readonly string[])[],
  { columns, elastic, right }: TableOptions,
): string[] {
  const cells = rows.map((row) => row.map(plain));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => length(row[column] ?? ''))),
  );
  const total = widths.reduce((sum, width) => sum + width + 2, -2);
  widths[elastic] = Math.max(6, (widths[elastic] ?? 0) - Math.max(0, total - columns));
  return cells.map((row) =>
    clip(
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          const set = column === elastic ? clipMiddle(cell, width) : cell;
          const space = ' '.repeat(Math.max(0, width - length(set)));
          return right.includes(column) ? space + set : set + space;
        })
        .join('  ')
        .trimEnd(),
      columns,
    ),
  );
}

function length(text: string): number {
  return Array.from(text).length;
}
