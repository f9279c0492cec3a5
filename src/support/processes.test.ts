import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { groupIsStopped, groupRuns, killGroups, signalGroup } from './processes.ts';
import { until } from './until.ts';

async function sleeper(): Promise<ChildProcess & { pid: number }> {
  const child = spawn('sh', ['-c', 'sleep 60 & echo up; wait'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => signalGroup(child.pid ?? 0, 'SIGKILL'));
  await once(child.stdout, 'data');
  return child as ChildProcess & { pid: number };
}

test('a killed group runs no more, grandchildren included', async () => {
  const child = await sleeper();
  expect(groupRuns(child.pid)).toBe(true);
  await killGroups([child.pid]);
  expect(groupRuns(child.pid)).toBe(false);
  await until(() => !processExists(-child.pid), {
    what: 'the grandchild to be gone',
    deadlineMs: 2000,
    everyMs: 5,
  });
});

test.runIf(process.platform === 'linux')('a stopped group is told from one that runs', async () => {
  const child = await sleeper();
  expect(groupIsStopped(child.pid)).toBe(false);
  signalGroup(child.pid, 'SIGSTOP');
  await until(() => groupIsStopped(child.pid), { what: 'the group to stop', deadlineMs: 2000, everyMs: 5 });
  signalGroup(child.pid, 'SIGCONT');
  await until(() => !groupIsStopped(child.pid), { what: 'the group to go on', deadlineMs: 2000, everyMs: 5 });
});

test('killing what is gone already is no error', async () => {
  const child = await sleeper();
  await killGroups([child.pid]);
  await killGroups([child.pid]);
  signalGroup(child.pid, 'SIGTERM');
});

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
