/** Boots that are killed: each is of a cluster of its own, for which the shared one cannot stand in. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram, until } from '../../src/support/index.ts';
import { entry } from '../e2e/openbell.ts';
import { isMissing, openbell } from './lab.ts';

describe.skipIf(isMissing)('a boot that is killed', () => {
  const shared = process.env['XDG_STATE_HOME'];
  let state: Awaited<ReturnType<typeof mkdtempDisposable>>;

  beforeAll(async () => {
    state = await mkdtempDisposable(path.join(tmpdir(), 'openbell-kind-'));
    // As another user would have: `down --all` is not to end the shared cluster.
    process.env['XDG_STATE_HOME'] = state.path;
  });

  afterAll(async () => {
    process.env['XDG_STATE_HOME'] = shared;
    await state.remove();
  });

  it('leaves no container', async () => {
    const { run, id } = await bootUnderWay();
    run.kill('SIGKILL');
    await once(run, 'exit');
    await nothingIsLeftOf(id);
  }, 300_000);

  it('with what watches over it is named by the next command, and removed when asked', async () => {
    const { run, id } = await bootUnderWay();
    // The warden waits in a shell that names the cluster.
    const processes = (await runProgram('ps', ['-eo', 'pid=,args='])).stdout.split('\n');
    const warden = processes.filter((line) => line.includes('read -r word') && line.includes(id));
    expect(warden).toHaveLength(1);
    process.kill(Number.parseInt(warden[0] ?? '', 10), 'SIGKILL');
    run.kill('SIGKILL');
    await once(run, 'exit');
    expect(await openbell(['doctor', '--on', 'kind'])).toMatch(
      new RegExp(`${id}: left by runs that were killed\\n +.*openbell down --all --on kind`),
    );
    await openbell(['down', '--all', '--on', 'kind']);
    await nothingIsLeftOf(id);
    expect(await openbell(['doctor', '--on', 'kind'])).toContain('kind clusters of openbell: none runs');
  }, 300_000);

  /** A run on kind whose cluster has its first container. */
  async function bootUnderWay(): Promise<{ run: ChildProcess; id: string }> {
    const args = [entry, 'run', 'steady', '--on', 'kind', '--out', path.join(state.path, 'killed')];
    const run = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const id = await new Promise<string>((resolve) => {
      run.stderr.setEncoding('utf8').on('data', (text: string) => {
        const found = /creating the kind cluster (\S+)/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    await until(async () => (await containersOf(id)).length > 0, { what: 'a container', deadlineMs: 60_000 });
    return { run, id };
  }

  /** Its record goes last, after the network and whatever else it had. */
  async function nothingIsLeftOf(id: string): Promise<void> {
    await until(() => Promise.resolve(!existsSync(path.join(state.path, 'openbell', 'kind', id))), {
      what: 'its record to be gone',
      deadlineMs: 120_000,
      everyMs: 500,
    });
    expect(await containersOf(id)).toEqual([]);
  }
});

async function containersOf(id: string): Promise<string[]> {
  const { stdout } = await runProgram('docker', ['ps', '--all', '--format', '{{.Names}}']);
  return stdout.split('\n').filter((name) => name.startsWith(id));
}
