import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Lab, unreadable, type Command } from '../support/openbell-process.ts';
import { nothingIsLeft } from './nothing-left.ts';

const scenario = fileURLToPath(new URL('scenarios/brief.yaml', import.meta.url));

/** Until when a measurement goes on before it is told to end. */
const moments: [string, (command: Command) => Promise<void>][] = [
  ['while pods start', (command) => command.printed('step: deploy')],
  ['in the closed loop', (command) => command.printed('1 user:')],
  ['while a rate is held', (command) => command.printed(' held: ')],
];

const capacity = (lab: Lab): Command =>
  lab.openbell('capacity', scenario, '--step', '1', '--hold', '2', '--out', lab.out);

describe.concurrent('a measurement of capacity that is told to end', () => {
  test.each(moments)('SIGINT %s', async (_when, reached) => {
    await using lab = new Lab();
    const command = capacity(lab);
    await reached(command);
    lab.traces.look(command.pid);
    command.kill('SIGINT');
    expect(await command.ended).toEqual({ code: 105, signal: null });
    await nothingIsLeft(lab);
    expect(command.stderr).toContain('SIGINT: ending the measurement; once more ends it at once');
    expect(command.stderr).toContain('interrupted before the capacity was known');
    expect(unreadable(command)).toEqual([]);
    // What is not known is not written down; what was journalled ends as it should.
    expect(existsSync(join(lab.runFolder(), 'capacity.json'))).toBe(false);
    expect(lab.journal().at(-1)).toMatchObject({ type: 'run.end', reason: 'interrupted' });
  });

  test('SIGKILL in the closed loop', async () => {
    await using lab = new Lab();
    const command = capacity(lab);
    await command.printed('1 user:');
    command.kill('SIGKILL');
    expect(await command.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await nothingIsLeft(lab);
  });
});
