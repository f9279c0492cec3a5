import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { groupRuns } from '../../../support/index.ts';
import { startWarden } from './warden.ts';

function runDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'openbell-test-'));
  mkdirSync(join(dir, 'groups'));
  return dir;
}

test('when the pipe closes, listed groups are killed and the folder is removed', async () => {
  const dir = runDir();
  const container = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  writeFileSync(join(dir, 'groups', 'node-worker-1'), `${container.pid}\n`);
  const warden = startWarden({ runDir: dir, creator: 'pipe' });
  const killed = once(container, 'exit');
  warden.stdin?.end();
  expect((await killed)[1]).toBe('SIGKILL');
  await once(warden, 'exit');
  expect(existsSync(dir)).toBe(false);
});

test.runIf(process.platform === 'linux')(
  'a process that no list names is found by its environment',
  async () => {
    const dir = runDir();
    const env = { ...process.env, OPENBELL_CLUSTER: dir };
    const escaped = spawn('sleep', ['60'], { detached: true, stdio: 'ignore', env });
    const other = spawn('sleep', ['60'], {
      detached: true,
      stdio: 'ignore',
      env: { ...env, OPENBELL_CLUSTER: `${dir}-bystander` },
    });
    const killed = once(escaped, 'exit');
    const warden = startWarden({ runDir: dir, creator: 'pipe' });
    warden.stdin?.end();
    expect((await killed)[1]).toBe('SIGKILL');
    await once(warden, 'exit');
    expect(groupRuns(other.pid ?? 0)).toBe(true);
    other.kill('SIGKILL');
  },
);

test('the folder goes though something still writes to it when its removal begins', async () => {
  const dir = runDir();
  mkdirSync(join(dir, 'logs'));
  const writing = 'i=0; echo up; while [ $i -lt 5000 ]; do i=$((i+1)); true > "$1/logs/$i" || exit; done';
  const writer = spawn('/bin/sh', ['-c', writing, 'writer', dir], { stdio: ['ignore', 'pipe', 'ignore'] });
  const written = once(writer, 'exit');
  await once(writer.stdout, 'data');
  const warden = startWarden({ runDir: dir, creator: 'pipe' });
  const ended = once(warden, 'exit');
  warden.stdin?.end();
  await Promise.all([written, ended]);
  expect(existsSync(dir)).toBe(false);
});
