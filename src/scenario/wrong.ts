/** `expected …, got …`, with what to write instead where that is plain. */
export function wrong(expected: string, got: unknown, advice?: string): string {
  const said = `expected ${expected}, got ${shown(got)}`;
  return advice === undefined ? said : `${said}: ${advice}`;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'number') return `the number ${value}`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}
