import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../../src/support/index.ts';
import { clusterFolders } from '../support/leftovers.ts';
import { Lab, unreadable, type Command } from '../support/openbell-process.ts';
import { nothingRuns } from './nothing-left.ts';

/** A run may be told to end in any of these; each is waited for by what shows that the run is there. */
const steps: Record<string, (command: Command, lab: Lab) => Promise<unknown>> = {
  provision: (command) => command.printed('step: provision'),
  'provision, as soon as a cluster has a folder': (_, lab) =>
    until(() => clusterFolders(lab.tmp).length > 0, {
      what: 'the folder of a cluster',
      deadlineMs: 60_000,
      everyMs: 1,
    }),
  'provision, while the nodes start': (command, lab) =>
    until(() => lab.traces.look(command.pid).some((it) => it.command.includes('node/main.ts')), {
      what: 'a node process',
      deadlineMs: 60_000,
    }),
  deploy: (command) => command.printed('step: deploy'),
  'steady-state': (command) => command.printed('step: steady-state'),
  traffic: (command) => command.printed('fault: kill-node'),
  recover: (command) => command.printed('step: recover'),
};

interface Way {
  what: string;
  send: (command: Command) => Promise<void> | void;
}
const gentle: Way[] = [
  { what: 'SIGINT', send: (command) => command.kill('SIGINT') },
  {
    what: 'SIGINT twice',
    async send(command) {
      command.kill('SIGINT');
      await command.printed('SIGINT: ending the run; once more ends it at once');
      command.kill('SIGINT');
    },
  },
  { what: 'SIGTERM', send: (command) => command.kill('SIGTERM') },
];

const inEachStep = <T extends Way>(ways: T[]): [string, string, T][] =>
  Object.keys(steps).flatMap((step) => ways.map((way): [string, string, T] => [way.what, step, way]));

/** The last step ends by itself after three seconds, in which a busy machine may not get round to sending a signal. */
function cameTooLate(step: string, code: number | null): boolean {
  return step === 'recover' && code !== 105 && code !== null;
}

describe.concurrent('a run that is told to end', () => {
  test.each(inEachStep(gentle))('%s in the step %s', async (what, step, { send }) => {
    await using lab = new Lab();
    const command = lab.run(step === 'traffic' ? 'endless' : 'brief');
    await steps[step]?.(command, lab);
    await send(command);
    const { code, signal } = await command.ended;
    if (cameTooLate(step, code)) return nothingRuns(lab);
    // The second signal may come when the run has ended already and the process is about to.
    if (signal === null) expect(code).toBe(105);
    else expect(what).toBe('SIGINT twice');
    await nothingRuns(lab);

    expect(unreadable(command)).toEqual([]);
    expect(command.stdout).toMatch(
      /^! (brief|endless) was interrupted\. The run was interrupted after .* \(SIG/,
    );
    expect(command.stdout).toContain(join(lab.runFolder(), 'report.html'));
    expect(lab.result()).toMatchObject({ verdict: 'interrupted', exitCode: 105 });
    expect(lab.journal().at(-1)).toMatchObject({ type: 'run.end', reason: 'interrupted' });
    expect(readFileSync(join(lab.runFolder(), 'report.html'), 'utf8')).toMatch(/<\/html>\s*$/);
  });
});

describe.concurrent('a run that is killed', () => {
  test.each(Object.keys(steps))('SIGKILL in the step %s', async (step) => {
    await using lab = new Lab();
    const command = lab.run(step === 'traffic' ? 'endless' : 'brief');
    await steps[step]?.(command, lab);
    command.kill('SIGKILL');
    const { code, signal } = await command.ended;
    if (!cameTooLate(step, code)) expect(signal).toBe('SIGKILL');
    await nothingRuns(lab);

    if (step !== 'traffic') return;
    // What the journal holds still becomes a report.
    const report = lab.openbell('report', lab.runFolder());
    expect(await report.ended).toEqual({ code: 0, signal: null });
    expect(existsSync(join(lab.runFolder(), 'report.html'))).toBe(true);
    expect(lab.result()).toMatchObject({ verdict: 'interrupted' });
  });
});
