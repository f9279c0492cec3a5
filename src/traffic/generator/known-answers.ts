/** An answer that came in one piece, as it was parsed. */
export interface KnownAnswer {
  /** Of head and body together, bytes. */
  length: number;
  /** The head's bytes, with the empty line. */
  head: Buffer;
  status: number;
  /** Names and values in turn, as sent. */
  headers: string[];
  keepAlive: boolean;
}

/** What is longer is rare enough to be parsed, bytes. */
const longest = 2048;

/**
 * Answers that were parsed and may come again, alike but for their bodies: a server's answers to the same request differ by
 * their date at most, once a second. What the same bytes mean need not be found out again. Of each length the last is kept.
 */
export class KnownAnswers {
  readonly #byLength: (KnownAnswer | undefined)[] = [];

  /** The answer whose length and head are those of the buffer's first `length` bytes; `likely` is tried before all others. */
  find(buffer: Buffer, length: number, likely: KnownAnswer | undefined): KnownAnswer | undefined {
    if (likely !== undefined && isHeadOf(likely, buffer, length)) return likely;
    const other = length > longest ? undefined : this.#byLength[length];
    return other !== undefined && other !== likely && isHeadOf(other, buffer, length) ? other : undefined;
  }

  keep(answer: KnownAnswer): void {
    if (answer.length <= longest) this.#byLength[answer.length] = answer;
  }
}

function isHeadOf({ length, head }: KnownAnswer, buffer: Buffer, ofLength: number): boolean {
  return length === ofLength && head.compare(buffer, 0, head.length) === 0;
}
