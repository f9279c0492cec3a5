import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { syntheticJournal } from '../../test/support/synthetic-journal.ts';
import { parseJournal, readJournal, type JournalEvent } from './index.ts';

const events = syntheticJournal();
const lines = events.map((event) => JSON.stringify(event));
const text = `${lines.join('\n')}\n`;

/** The journal with some of its lines exchanged. */
function changed(change: (lines: string[]) => string[]): string {
  return `${change([...lines]).join('\n')}\n`;
}

function note(t: number): string {
  return JSON.stringify({ t, type: 'note', level: 'info', message: 'x' } satisfies JournalEvent);
}

describe('reading a journal', () => {
  test('gives back what was written', () => {
    expect(parseJournal(text)).toEqual({ events, problems: [] });
  });

  test('from a file, as from text', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'journal-'));
    const path = join(folder, 'journal.ndjson');
    await writeFile(path, text);
    expect(await readJournal(path)).toEqual({ events, problems: [] });
    await rm(folder, { recursive: true });
    await expect(readJournal(path)).rejects.toMatchObject({ code: 'JOURNAL_MISSING', exitCode: 2 });
  });

  test('keeps every whole line when the last is cut', () => {
    const { events: read, problems } = parseJournal(text.slice(0, -40));
    expect(read).toEqual(events.slice(0, -1));
    expect(problems).toEqual([
      'The last line is incomplete: the journal was cut short while it was written.',
    ]);
  });

  test('leaves out lines of garbage and says how many and where', () => {
    const { events: read, problems } = parseJournal(
      changed((all) => [...all.slice(0, 5), '\u0000\u0001{{{', 'not json', ...all.slice(5)]),
    );
    expect(read).toEqual(events);
    expect(problems).toEqual(['2 lines are no JSON and were left out (line 6 first).']);
  });

  test('leaves out events of types it does not know', () => {
    const { events: read, problems } = parseJournal(
      changed((all) => [...all, '{"t":1,"type":"k8s.job"}', '{"t":1,"type":"__proto__"}', '17', 'null']),
    );
    expect(read).toEqual(events);
    expect(problems).toEqual([
      `4 events of unknown types were left out (line ${lines.length + 1}: k8s.job).`,
    ]);
  });

  test('leaves out events whose shape is wrong and says what was expected', () => {
    const broken = JSON.stringify({ ...events.find((event) => event.type === 'k8s.pod'), restarts: 'many' });
    const { events: read, problems } = parseJournal(changed((all) => [...all, broken]));
    expect(read).toEqual(events);
    expect(problems).toEqual([
      `1 event has an unexpected shape and was left out (line ${lines.length + 1}: k8s.pod: restarts: expected a number of at least 0, got "many").`,
    ]);
  });

  test('notes a clock that runs backwards, not the traffic that is written later than it happened', () => {
    expect(parseJournal(changed((all) => [...all, note(99_000), note(98_500)])).problems).toEqual([]);
    expect(parseJournal(changed((all) => [...all, note(99_000), note(40_000)])).problems).toEqual([
      `1 time the clock ran backwards between two events (line ${lines.length + 2}: 59000 ms).`,
    ]);
  });

  test('stops where another run starts', () => {
    const { events: read, problems } = parseJournal(text + text);
    expect(read).toEqual(events);
    expect(problems).toEqual([
      `Another run (market-open-2026-03-02T14-30-00Z) starts at line ${lines.length + 1}; everything from there on was left out.`,
    ]);
  });

  test('accepts Windows line ends', () => {
    expect(parseJournal(text.replaceAll('\n', '\r\n'))).toEqual({ events, problems: [] });
  });
});

describe('what is no journal is refused with a reason', () => {
  test.each([
    ['an empty file', '', 'an empty file'],
    ['a journal cut within its first line', text.slice(0, 100), 'text that is no JSON'],
    ['prose', 'Dear reader,\nthis is a letter.\n', 'text that is no JSON'],
    [
      'the output of another tool',
      '{"type":"Metric","metric":"http_reqs"}\n',
      'lines of another kind (the first is "Metric")',
    ],
    ['a list', '[1,2,3]\n', 'lines of another kind (the first is "no type")'],
    [
      'a journal without its first line',
      changed((all) => all.slice(1)),
      'events without the start of their run',
    ],
    [
      'a start with a wrong seed',
      changed((all) => [(all[0] ?? '').replace('"seed":1', '"seed":"one"')]),
      'a start that cannot be read (run.start: seed: expected a number, got "one")',
    ],
    [
      'a start of another tool',
      changed((all) => [(all[0] ?? '').replace('openbell.dev/v1', 'other.dev/v1')]),
      'something else',
    ],
  ])('%s', (_, content, got) => {
    expect(() => parseJournal(content)).toThrow(
      expect.objectContaining({
        code: 'JOURNAL_INVALID',
        exitCode: 2,
        message: expect.stringContaining(got) as string,
      }),
    );
  });

  test('a journal of a newer version names both versions', () => {
    const newer = text.replace('openbell.dev/v1', 'openbell.dev/v2');
    expect(() => parseJournal(newer)).toThrow(
      expect.objectContaining({
        code: 'JOURNAL_VERSION',
        message: 'the journal: expected a journal of version openbell.dev/v1, got openbell.dev/v2',
      }),
    );
  });
});
