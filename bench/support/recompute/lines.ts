/** A line of a journal, as it stands in the file. */
// oxlint-disable-next-line typescript/no-explicit-any -- read on purpose without the types of the code that is checked
export type Line = any;

/** The lines of one type, in the order of the file. */
export function of(lines: readonly Line[], type: string): Line[] {
  return lines.filter((line) => line.type === type);
}
