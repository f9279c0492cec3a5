import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Lab, unreadable } from '../support/openbell-process.ts';
import { nothingIsLeft } from './nothing-left.ts';

/** The exit code that a verdict comes to; a busy machine may spoil the generator's figures, and then the run says so. */
function expectedCode(lab: Lab, folder: string, code: number): number {
  return lab.result(folder).verdict === 'untrusted' ? 108 : code;
}

describe.concurrent('a run that plays to its end', () => {
  test.each([
    ['brief', 0, /^✓ brief passed\./],
    ['disappointed', 99, /^✗ disappointed failed\. 1 of 1 expectation did not hold/],
    ['no-target', 107, /^✗ no-target failed\. 1 fault did not land: ghost/],
  ])('%s: exit code %i, and nothing is left', async (scenario, code, verdict) => {
    await using lab = new Lab();
    const command = lab.run(scenario);
    const { code: exitCode } = await command.ended;
    await nothingIsLeft(lab);

    expect(exitCode).toBe(expectedCode(lab, lab.runFolder(), code));
    expect(lab.result().exitCode).toBe(exitCode);
    if (exitCode === code) expect(command.stdout).toMatch(verdict);
    expect(unreadable(command)).toEqual([]);
    expect(command.stdout).toContain(join(lab.runFolder(), 'report.html'));
  });

  test('two at once have clusters, folders and ends of their own', async () => {
    await using lab = new Lab();
    const [stays, ends] = [lab.run('brief'), lab.run('brief')];
    await Promise.all([stays.printed('step: steady-state'), ends.printed('step: steady-state')]);
    ends.kill('SIGKILL');
    await ends.ended;
    await stays.ended;
    await nothingIsLeft(lab);

    const verdicts = lab.runFolders().map((folder) => {
      try {
        return lab.result(folder);
      } catch {
        return null;
      }
    });
    const [result] = verdicts.filter((it) => it !== null);
    expect(verdicts).toHaveLength(2);
    expect(result).toMatchObject({
      verdict: expect.stringMatching(/passed|untrusted/),
      requests: { scheduled: 40, ok: expect.any(Number) },
    });
  });
});
