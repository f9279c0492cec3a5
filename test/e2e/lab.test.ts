/** A cluster to play with, from `up` to `down`, and what the doctor says of the machine. */
import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { connect, kinds } from '../../src/kubernetes/index.ts';
import { until } from '../../src/support/index.ts';
import { Traces } from '../support/leftovers.ts';
import { workplace } from './openbell.ts';

test('up starts a cluster that stays, the doctor names it, down ends it and leaves nothing', async () => {
  await using place = await workplace();
  const up = await place.openbell('up', 'desk', '--nodes', '2', '--speedup', '20');
  try {
    expect(up.exitCode, up.stderr).toBe(0);
    expect(up.stderr).toContain('openbell down desk');
    const kubeconfig = await readFile(up.stdout.trim(), 'utf8');
    const client = await connect(kubeconfig);
    const nodes = await client.list(kinds.node);
    client.close();
    expect(nodes.map(({ metadata }) => metadata?.name)).toEqual(
      expect.arrayContaining(['worker-1', 'worker-2']),
    );

    const [doctor, again] = await Promise.all([
      place.openbell('doctor'),
      place.openbell('up', 'desk', '--nodes', '1'),
    ]);
    expect(doctor.stdout).toMatch(/embedded clusters: .*desk/);
    expect(again.exitCode).toBe(106);
    expect(again.stderr).toContain('desk');
  } finally {
    const down = await place.openbell('down', '--all');
    expect(down.exitCode, down.stderr).toBe(0);
    expect(down.stderr).toContain('ended: desk');
  }
  await until(() => Promise.resolve(new Traces(place.tmp).look().length === 0), {
    what: 'every process of the cluster to be gone',
    deadlineMs: 3_000,
  });
  expect(await readdir(place.tmp)).toEqual([]);
});

test('the doctor has a line per check, and an exit code that follows from them', async () => {
  await using place = await workplace();
  const { exitCode, stdout, stderr } = await place.openbell('doctor');
  expect(exitCode, stderr).toBe(stdout.includes('✗') ? 106 : 0);
  for (const check of ['temporary folder', 'addresses', 'CPU limits'])
    expect(stdout).toMatch(new RegExp(`^[✓!✗] ${check}: `, 'm'));
});
