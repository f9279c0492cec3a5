import { expect, test } from 'vitest';
import { analyse } from '../../src/analysis/index.ts';
import { parseJournal } from '../../src/journal/index.ts';
import { seededRandom } from '../../src/support/index.ts';
import { syntheticJournal } from '../support/synthetic-journal.ts';

test('whatever is done to a journal, reading and analysing it neither crashes nor yields a number that is none', () => {
  // A few seconds of traffic around the faults are enough.
  const lines = syntheticJournal()
    .filter((event) => event.type !== 'traffic.second' || (event.second >= 34 && event.second % 5 < 2))
    .map((event) => JSON.stringify(event));
  const text = `${lines.join('\n')}\n`;
  const random = seededRandom(20_261_121);
  const upTo = (n: number): number => Math.floor(random() * n);
  const values = ['null', '-1', '1e308', '"x"', '[]', '{}', 'true', '0', '99999999999'];
  const damages: (() => string)[] = [
    () => text.slice(0, upTo(text.length)),
    () => {
      const at = upTo(text.length);
      return text.slice(0, at) + String.fromCharCode(upTo(256)) + text.slice(at + 1);
    },
    () => lines.filter(() => random() > 0.1).join('\n'),
    () => lines.toSorted(() => random() - 0.5).join('\n'),
    () => [lines[0], ...lines.slice(1).toSorted(() => random() - 0.5)].join('\n'),
    () => lines.map((line, index) => (index > 0 && random() < 0.05 ? replaceValue(line) : line)).join('\n'),
    () => [...lines, ...lines.slice(1 + upTo(300))].join('\n'),
  ];
  function replaceValue(line: string): string {
    const places = [...line.matchAll(/:(-?[\d.]+|"[^"]*"|true|false|null)/g)];
    const place = places[upTo(places.length)];
    if (!place) return line;
    const at = place.index + 1;
    return line.slice(0, at) + values[upTo(values.length)] + line.slice(at + (place[1] ?? '').length);
  }

  let read = 0;
  for (let round = 0; round < 2_100; round++) {
    const damaged = damages[round % damages.length]?.() ?? '';
    let parsed;
    try {
      parsed = parseJournal(damaged);
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/^JOURNAL_/) as string });
      continue;
    }
    const result = analyse(parsed.events, parsed.problems);
    expect(typeof result.verdictSentence).toBe('string');
    expect(strangeNumber(result)).toBe(null);
    read += 1;
  }
  expect(read).toBeGreaterThan(1_000);
});

/** The path of the first number that is not finite, null if there is none. */
function strangeNumber(value: unknown, path = ''): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : path;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = strangeNumber(inner, `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}
