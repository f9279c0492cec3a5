import { describe, expect, test } from 'vitest';
import { analyse, type Findings } from '../../src/analysis/index.ts';
import { parseJournal, type JournalEvent } from '../../src/journal/index.ts';
import {
  histogramLog,
  renderJunit,
  renderMarkdown,
  renderReport,
  resultOf,
  seriesCsv,
} from '../../src/report/index.ts';
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
    // Every kind of damage in turn: ten and their number have no common divisor.
    if (round % 10 === 0) expect(strangeWord(parsed.events, result)).toBe(null);
  }
  expect(read).toBeGreaterThan(1_000);
});

describe('a journal that is whole but unusual', () => {
  const events = syntheticJournal();
  const reportOf = (changed: JournalEvent[]): { page: string; problems: string[]; verdict: string } => {
    const parsed = parseJournal(changed.map((event) => `${JSON.stringify(event)}\n`).join(''));
    const findings = analyse(parsed.events, parsed.problems);
    expect(strangeWord(parsed.events, findings)).toBe(null);
    const { verdict, verdictSentence, distrust } = findings;
    return {
      page: renderReport(findings),
      problems: parsed.problems,
      verdict: [verdict, verdictSentence, ...distrust].join(' '),
    };
  };

  test('of a run without traffic makes a report that says so', () => {
    const { page, verdict } = reportOf(events.filter(({ type }) => !type.startsWith('traffic.')));
    expect(verdict).toMatch(/^untrusted/);
    expect(page.includes('No traffic was recorded')).toBe(true);
  });

  test('of a run without faults makes a report that says so', () => {
    const { page } = reportOf(
      events
        .filter(({ type }) => !type.startsWith('fault.'))
        .map((event) => (event.type === 'run.plan' ? { ...event, faults: [] } : event)),
    );
    expect(page.includes('No fault was injected in this run.')).toBe(true);
  });

  test('whose clock ran backwards makes a report that says how often, and is not believed', () => {
    const back = events.map((event) =>
      event.t > 40_000 && event.type === 'k8s.pod' ? { ...event, t: event.t - 30_000 } : event,
    );
    const { problems, verdict } = reportOf(back);
    expect(problems.join(' ')).toMatch(/the clock ran backwards/);
    expect(verdict).toMatch(/^untrusted/);
  });
});

/** The first of the files of a report in which a number is none, or something is missing from a text; null if all are well. */
function strangeWord(events: readonly JournalEvent[], findings: Findings): string | null {
  const files = {
    'report.html': renderReport(findings).replaceAll(
      /<script[^>]*>[^]*?<\/script>|<style>[^]*?<\/style>/g,
      '',
    ),
    'report.md': renderMarkdown(findings),
    'junit.xml': renderJunit(findings),
    'result.json': JSON.stringify(resultOf(findings)),
    'seconds.csv': seriesCsv(findings),
    'latency.hlog': histogramLog(events),
  };
  for (const [name, text] of Object.entries(files)) {
    const found = /.{0,60}\b(?:NaN|Infinity|undefined|\[object Object\]).{0,60}/.exec(text);
    if (found) return `${name}: ${found[0]}`;
  }
  return null;
}

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
