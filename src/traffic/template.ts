/** A piece of a text with variables: text, or the place of a variable. */
export type TemplatePiece = string | { variable: string; offset: number; length: number };

/** `$${` stands for `${` itself; a `${` that is never closed names what follows. */
const place = /\$\$\{|\$\{([^}]*)(?:\}|$)/g;

/** Takes a text with `${variable}` apart. Offsets count from the text's start. */
export function parseTemplate(text: string): TemplatePiece[] {
  const pieces: TemplatePiece[] = [];
  let from = 0;
  let plain = '';
  for (const match of text.matchAll(place)) {
    plain += text.slice(from, match.index);
    from = match.index + match[0].length;
    if (match[1] === undefined) {
      plain += '${';
      continue;
    }
    if (plain !== '') pieces.push(plain);
    plain = '';
    pieces.push({ variable: match[1].trim(), offset: match.index, length: match[0].length });
  }
  plain += text.slice(from);
  if (plain !== '') pieces.push(plain);
  return pieces;
}

/** Whether something in the text is to be replaced. */
export function isTemplate(text: string): boolean {
  return text.includes('${');
}
