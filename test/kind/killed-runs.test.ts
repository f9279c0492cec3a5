/** A run that is killed leaves its faults in force in a cluster that stays: the next one finds the cluster as it was made. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isReady, kinds } from '../../src/kubernetes/index.ts';
import { until } from '../../src/support/index.ts';
import { entry } from '../e2e/openbell.ts';
import { isMissing, namespacesOfRuns, openbell, resultIn, sharedLab } from './lab.ts';

function scenario(name: string): string {
  return fileURLToPath(new URL(`scenarios/${name}.yaml`, import.meta.url));
}

describe.skipIf(isMissing)('a run that is killed with its faults in force', () => {
  const lab = sharedLab();

  it.for([
    ['killed-cut', 'a spare that joined, a cordon, a link that is cut, no kubelet, no scheduler'],
    ['killed-off', 'machines that are off or hang, a frozen proxy, no controller manager, no API server'],
  ] as const)('leaves a cluster that serves the next run (%s: %s)', { timeout: 400_000 }, async ([name]) => {
    const { client, folder, node } = await lab();
    await killWhenAllIsInForce(name, folder);

    const text = await openbell(['run', scenario('short'), '--on', 'kind', '--out', folder, '--json']);
    expect(text).toContain('runs already with the same timings');
    expect(text).toMatch(/removed namespace openbell-\w+ with all that was in it, left by a run/);
    const { faults, requests } = resultIn(text);
    expect(faults.map(({ landedMs }) => (landedMs ?? 0) > 0)).toEqual([true, true, true]);
    expect(requests.scheduled).toBe(30 * 12);
    // Three faults that cost little: a node that was still cut, or a proxy that still hung, would cost a third.
    expect(requests.ok).toBeGreaterThan(0.9 * requests.scheduled);

    const nodes = await client.list(kinds.node);
    const names = nodes.map(({ metadata }) => metadata?.name ?? '');
    expect(names.filter((each) => each.includes('-worker')).toSorted()).toEqual(
      ['worker-1', 'worker-2', 'worker-3'].map(node),
    );
    expect(nodes.every((each) => isReady(each) && each.spec?.unschedulable !== true)).toBe(true);
    expect(await namespacesOfRuns(await lab())).toEqual([]);
  });
});

/** Plays a scenario on the shared cluster, and kills the run when the last of its faults has landed. */
async function killWhenAllIsInForce(name: string, out: string): Promise<void> {
  const file = scenario(name);
  const asked = (await readFile(file, 'utf8')).match(/^ {2}- \{ id: /gm)?.length ?? 0;
  const run = spawn(process.execPath, [entry, 'run', file, '--on', 'kind', '--out', out], {
    stdio: 'ignore',
  });
  try {
    const allLanded = async (): Promise<boolean> => {
      const [folder = ''] = (await readdir(out)).filter((each) => each.startsWith(`${name}-`));
      const journal = await readFile(path.join(out, folder, 'journal.ndjson'), 'utf8');
      const failed = /"type":"fault\.failed".*/.exec(journal);
      if (failed !== null) return Promise.reject(new Error(failed[0]));
      return journal.split('"type":"fault.landed"').length - 1 === asked;
    };
    await until(allLanded, { what: `${asked} faults to land`, deadlineMs: 150_000 });
  } finally {
    run.kill('SIGKILL');
    await once(run, 'exit');
  }
}
