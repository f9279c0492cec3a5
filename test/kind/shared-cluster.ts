/** The one cluster on which everything of `npm run test:kind` runs; only what is about a boot itself makes another. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../src/support/index.ts';
import { entry } from '../e2e/openbell.ts';

/** Names the shared cluster to the tests. Where its record is they know from `XDG_STATE_HOME`. */
export const clusterVariable = 'OPENBELL_TEST_CLUSTER';

/**
 * Workers and timers are market-open's, and a spare stands by. `short.yaml` asks for all of it, market-open for all but the spare, and
 * the contract suite is glad of quick timers: a lost node is emptied within the minute.
 */
const like = fileURLToPath(new URL('scenarios/short.yaml', import.meta.url));

export interface SharedCluster {
  /** Ends it. @returns what is left of it and of its tests in the container engine, one line each. */
  end(): Promise<string[]>;
}

/** Boots it, and tells this process's environment of it. It goes with this process, however that ends. */
export async function bootShared(): Promise<SharedCluster> {
  const before = await thingsOfEngine();
  const state = await mkdtemp(path.join(tmpdir(), 'openbell-kind-'));
  process.env['XDG_STATE_HOME'] = state;
  const name = `tests-${process.pid}`;
  const down = [entry, 'down', name, '--on', 'kind'];
  const guard = guarded(state, [process.execPath, ...down]);
  const end = async (): Promise<string[]> => {
    await runProgram(process.execPath, down, { timeoutMs: 300_000, onLine: console.log });
    await rm(state, { recursive: true, force: true });
    guard.dismiss();
    return (await thingsOfEngine()).filter((thing) => !before.includes(thing));
  };
  const up = [entry, 'up', name, '--on', 'kind', '--for', like];
  await runProgram(process.execPath, up, { timeoutMs: 600_000, onLine: console.log });
  process.env[clusterVariable] = name;
  return { end };
}

/** A shell in a session of its own that ends the cluster when this process has gone without doing so. */
function guarded(state: string, down: readonly string[]): { dismiss: () => void } {
  const script = 'read -r word; [ "$word" = dismissed ] || { "$@"; rm -rf "$0"; }';
  const shell = spawn('/bin/sh', ['-c', script, state, ...down], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  return { dismiss: () => void shell.stdin.end('dismissed\n') };
}

/** Containers, networks and images that the container engine has. */
async function thingsOfEngine(): Promise<string[]> {
  const asked = {
    container: ['ps', '--all', '--format', '{{.Names}}'],
    network: ['network', 'ls', '--format', '{{.ID}} {{.Name}}'],
    image: ['images', '--all', '--format', '{{.ID}} {{.Repository}}:{{.Tag}}'],
  };
  const lists = Object.entries(asked).map(async ([what, args]) => {
    const { stdout } = await runProgram('docker', args);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `${what} ${line}`);
  });
  return (await Promise.all(lists)).flat();
}
