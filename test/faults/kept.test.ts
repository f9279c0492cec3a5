import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../../src/support/index.ts';
import { clusterFolders } from '../support/leftovers.ts';
import { Lab, unreadable, type Command } from '../support/openbell-process.ts';
import { nothingIsLeft, nothingRuns } from './nothing-left.ts';

/** Ends a cluster by its name. @returns the command that did. */
async function endCluster(lab: Lab, name: string): Promise<Command> {
  lab.traces.look();
  const down = lab.openbell('down', name);
  expect(await down.ended).toEqual({ code: 0, signal: null });
  await nothingIsLeft(lab);
  return down;
}

// Side by side and partly of one name: what ends one of them must not touch its namesake of another TMPDIR.
describe.concurrent('clusters that outlive the command that started them', () => {
  test('up, then down', async () => {
    await using lab = new Lab();
    const up = lab.openbell('up', 'desk', '--nodes', '1');
    expect(await up.ended).toEqual({ code: 0, signal: null });
    expect(existsSync(up.stdout.trim())).toBe(true);
    expect(unreadable(up)).toEqual([]);
    expect(lab.traces.look().length).toBeGreaterThan(3);

    expect((await endCluster(lab, 'desk')).stderr).toBe('ended: desk\n');
  });

  test('run --keep says what it left and how to end it, and down ends it', async () => {
    await using lab = new Lab();
    const run = lab.run('disappointed', '--keep');
    await run.ended;
    const [name = ''] = clusterFolders(lab.tmp);
    expect(lab.traces.look().some(({ command }) => command.includes('sample-api'))).toBe(true);
    expect(unreadable(run)).toEqual([]);
    expect(run.stderr).toContain(`openbell down ${name}`);

    await endCluster(lab, name);
  });

  test('of two at once with one name, one comes up and the other says that it runs already', async () => {
    await using lab = new Lab();
    const both = [lab.openbell('up', 'desk', '--nodes', '1'), lab.openbell('up', 'desk', '--nodes', '1')];
    const codes = await Promise.all(both.map(async (up) => (await up.ended).code));
    expect(new Set(codes)).toEqual(new Set([0, 106]));
    const refused = both[codes.indexOf(106)];
    expect(refused?.stderr).toContain('an embedded cluster named "desk" runs already');

    await endCluster(lab, 'desk');
  });

  test('one whose predecessor of the same name has just been killed comes up', async () => {
    await using lab = new Lab();
    await lab.openbell('up', 'desk', '--nodes', '1').ended;
    const supervisor = lab.traces.look().find(({ command }) => command.includes('supervisor/main.ts'));
    process.kill(supervisor?.pid ?? 0, 'SIGKILL');
    const again = lab.openbell('up', 'desk', '--nodes', '1');
    expect(await again.ended).toEqual({ code: 0, signal: null });

    await endCluster(lab, 'desk');
  });

  test('one that was left when the machine was switched off gives way to the next of its name', async () => {
    await using lab = new Lab();
    const left = join(lab.tmp, `openbell-${userInfo().uid}-desk`);
    mkdirSync(left);
    // A number that no process has any more.
    writeFileSync(join(left, 'supervisor.pid'), String(spawnSync('true').pid));
    const up = lab.openbell('up', 'desk', '--nodes', '1');
    expect(await up.ended).toEqual({ code: 0, signal: null });
    await endCluster(lab, 'desk');
  });

  test('a kept cluster whose supervisor is killed goes with it', async () => {
    await using lab = new Lab();
    const up = lab.openbell('up', 'desk', '--nodes', '1');
    await up.ended;
    const supervisor = lab.traces.look().find(({ command }) => command.includes('supervisor/main.ts'));
    process.kill(supervisor?.pid ?? 0, 'SIGKILL');
    await nothingIsLeft(lab);
  });
});

// One after the other: among others this process looks too late to catch a boot that takes a second.
describe('an up that is ended while it boots', () => {
  test.each([
    ['SIGINT', { code: 105, signal: null }],
    ['SIGKILL', { code: null, signal: 'SIGKILL' }],
  ] as const)('%s leaves no half of a cluster', async (signal, end) => {
    await using lab = new Lab();
    const up = lab.openbell('up', '--nodes', '6');
    await until(
      () => lab.traces.look(up.pid).some(({ command }) => command.includes('control-plane/main.ts')),
      {
        what: 'the control plane',
        deadlineMs: 60_000,
        everyMs: 5,
      },
    );
    up.kill(signal);
    expect(await up.ended).toEqual(end);
    await nothingRuns(lab);
    expect(unreadable(up)).toEqual([]);
  });
});
