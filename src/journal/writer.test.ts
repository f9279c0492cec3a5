import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { monotonicMs, until } from '../support/index.ts';
import { openJournal, type Journal } from './index.ts';

let folder: string;
const opened: Journal[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterEach(async () => {
  for (const journal of opened.splice(0)) journal.close();
  await rm(folder, { recursive: true });
});

function open(name = 'journal.ndjson'): Journal {
  const journal = openJournal(join(folder, name), { originMs: monotonicMs(), originWall: Date.now() });
  opened.push(journal);
  return journal;
}

async function linesOf(path: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(path, 'utf8');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a journal', () => {
  test('keeps the order in which events were recorded and stamps those without a time', async () => {
    const journal = open();
    journal.record({ type: 'note', level: 'info', message: 'first' });
    journal.record({ type: 'note', level: 'info', message: 'second', t: 12.345_678 });
    journal.record({ type: 'note', level: 'info', message: 'third\nwith a line break' });
    journal.close();
    const lines = await linesOf(journal.path);
    expect(lines.map((line) => line['message'])).toEqual(['first', 'second', 'third\nwith a line break']);
    expect(lines[1]?.['t']).toBe(12.346);
    expect(lines[0]?.['t']).toBeLessThanOrEqual(lines[2]?.['t'] as number);
  });

  test('reaches the file without being closed', async () => {
    const journal = open();
    journal.record({ type: 'note', level: 'info', message: 'seen' });
    await until(async () => (await linesOf(journal.path)).length === 1, {
      what: 'the line to be written',
      deadlineMs: 5000,
    });
  });

  test('makes its folder, and never overwrites a file', async () => {
    const journal = open('a/b/journal.ndjson');
    expect(() => open('a/b/journal.ndjson')).toThrow(
      expect.objectContaining({ code: 'JOURNAL_EXISTS', hint: expect.stringContaining('--out') as string }),
    );
    journal.close();
    await writeFile(join(folder, 'file'), 'x');
    expect(() => open('file/journal.ndjson')).toThrow(
      expect.objectContaining({ code: 'JOURNAL_NOT_WRITTEN' }),
    );
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('x');
  });

  test('leaves out what is recorded after it was closed, and may be closed twice', async () => {
    const journal = open();
    journal.close();
    journal.record({ type: 'note', level: 'info', message: 'late' });
    journal.close();
    expect(await linesOf(journal.path)).toEqual([]);
  });

  test('shows every event to its observers until they leave, and lets go of one that throws', async () => {
    const journal = open();
    const seen: string[] = [];
    const leave = journal.onEvent((event) => seen.push(event.type));
    journal.onEvent(() => {
      throw new Error('broken view');
    });
    journal.record({ type: 'phase.start', index: 0, name: 'calm' });
    leave();
    journal.record({ type: 'run.end', reason: 'completed' });
    journal.close();
    expect(seen).toEqual(['phase.start', 'note']);
    const lines = await linesOf(journal.path);
    expect(lines.map((line) => line['type'])).toEqual(['phase.start', 'note', 'run.end']);
    expect(lines[1]?.['message']).toContain('broken view');
  });

  test('translates wall-clock instants to its own time', () => {
    const journal = open();
    expect(journal.fromWall(journal.originWall + 250)).toBe(250);
    expect(journal.now()).toBeGreaterThanOrEqual(0);
  });

  test('holds whole lines when its process is killed while it writes, but for the last', async () => {
    const path = join(folder, 'killed.ndjson');
    const program = `
      import { openJournal } from ${JSON.stringify(import.meta.resolve('./index.ts'))};
      const journal = openJournal(${JSON.stringify(path)}, { originMs: 0, originWall: 0 });
      setInterval(() => {
        for (let i = 0; i < 500; i++) journal.record({ type: 'note', level: 'info', message: 'x'.repeat(300) });
      }, 1);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
    try {
      const size = async (): Promise<number> => (await readFile(path).catch(() => Buffer.alloc(0))).length;
      await until(async () => (await size()) > 1_000_000, {
        what: 'a megabyte of journal',
        deadlineMs: 8000,
      });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
    expect(lines.length).toBeGreaterThan(1000);
    expect(lines.filter((line) => !line.endsWith('x"}'))).toEqual([]);
  });
});
