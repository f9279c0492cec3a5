/** What can be said without a cluster: help, lists, checks, and everything a person may type wrongly. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { scenarioFile, workplace } from './openbell.ts';

/** What is typed, the exit code, and what standard error says. */
const wrong: [string, number, ...string[]][] = [
  ['', 2, 'which command?', 'openbell --help'],
  ['frobnicate', 2, 'frobnicate'],
  ['rnu', 2, 'Did you mean run?'],
  ['run --on mainframe', 2, 'mainframe', 'embedded'],
  ['run --frobnicate', 2, 'frobnicate'],
  ['run --seed x', 2, '--seed', 'a whole number', 'got x'],
  ['run --seed 1 --seed x', 2, 'got x'],
  ['run --seed x --seed 1 --frobnicate', 2, 'frobnicate'],
  ['trials pod-kill --expect nonsense --expect availability.min>=1%', 2, 'nonsense'],
  ['trials pod-kill --expect availability.min>=1% --expect nonsense', 2, 'nonsense'],
  ['run --seed 1.5', 2, '--seed', 'a whole number', 'got 1.5'],
  ['run --speedup 0', 2, '--speedup', 'from 1 to 100', 'got 0'],
  ['run market-opne', 104, 'market-opne', 'Did you mean market-open?'],
  ['run ./nowhere.yaml', 104, 'there is no such file', 'openbell scenarios'],
  ['validate', 2, 'openbell --help'],
  ['report nowhere', 2, 'nowhere/journal.ndjson', 'Name the folder of a run'],
  ['up --nodes 99', 2, '--nodes', 'from 1 to 20', 'got 99'],
  ['up --for steady --nodes 2', 2, 'mutually exclusive'],
  ['up Not_A_Name', 2, 'Not_A_Name'],
  ['down nobody', 106, 'nobody'],
  ['trials --expect a --expect b --count 2', 2, 'expectation "a"'],
  ['run --seed 1 --seed x', 2, '--seed', 'got x'],
  ['run ./nowhere.yaml --on kind --on embedded', 104, 'there is no such file'],
  ['run --metrics-port 99999', 2, '--metrics-port', 'from 0 to 65535'],
  ['export nowhere', 2, 'nowhere'],
  ['capacity --pods 0', 2, '--pods', 'from 1 to 100', 'got 0'],
  ['capacity --expect nonsense', 2, 'nonsense', '--expect "response.p99 < 100ms"'],
  ['capacity patient-users', 2, 'sessions or users', 'traffic.requests'],
];

test('whatever is typed wrongly is refused with its exit code, what was wrong and what to do', async () => {
  await using place = await workplace();
  const all = wrong.map(
    ([words]) =>
      () =>
        place.openbell(...words.split(' ').filter(Boolean)),
  );
  for (const [index, { exitCode, stdout, stderr }] of (await fewAtOnce(all)).entries()) {
    const [words, code, ...said] = wrong[index] ?? ['', 0];
    expect({ words, exitCode, stdout }).toEqual({ words, exitCode: code, stdout: '' });
    expect(stderr).toMatch(/^error: /);
    for (const part of said) expect(stderr, words).toContain(part);
    expect(stderr, words).not.toMatch(/^\s+at /m);
  }
  expect(await readdir(place.tmp)).toEqual([]);
});

test('a scenario with mistakes is refused before anything boots, each mistake at its place', async () => {
  await using place = await workplace();
  const file = path.join(place.tmp, 'wrong.yaml');
  const good = await readFile(scenarioFile('too-strict'), 'utf8');
  await writeFile(file, good.replace('duration:', 'duraton:').replace('availability', 'availabilty'));
  for (const command of ['run', 'validate']) {
    const { exitCode, stdout, stderr } = await place.openbell(command, file);
    expect({ exitCode, stdout }).toEqual({ exitCode: 104, stdout: '' });
    expect(stderr).toMatch(/wrong\.yaml:\d+:\d+/);
    for (const part of ['duraton', 'duration', 'availabilty', 'availability']) expect(stderr).toContain(part);
  }
  expect(await readdir(place.tmp)).toEqual(['wrong.yaml']);
});

test('lists the built-in scenarios, and each of them is valid', async () => {
  await using place = await workplace();
  const { exitCode, stdout } = await place.openbell('scenarios');
  expect(exitCode).toBe(0);
  const names = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '');
  expect(names).toEqual(expect.arrayContaining(['market-open', 'node-loss', 'pod-kill', 'steady']));
  const checked = await place.openbell('validate', ...names);
  expect(checked.exitCode, checked.stderr).toBe(0);
  for (const name of names) expect(checked.stdout).toContain(`${name}: valid`);
});

test('every command explains itself with examples, and the version is the package’s', async () => {
  await using place = await workplace();
  const { stdout: help } = await place.openbell('--help');
  const commands = [...help.matchAll(/^ {2}openbell ([a-z]+)/gm)].map(([, name = '']) => name);
  expect(commands).toEqual(
    expect.arrayContaining(['run', 'validate', 'scenarios', 'report', 'up', 'down', 'doctor']),
  );
  const asked = commands.map((name) => () => place.openbell(name, '--help'));
  for (const { exitCode, stdout } of await fewAtOnce(asked)) {
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Examples:');
  }
  expect((await place.openbell('--version')).stdout.trim()).toBe(packageJson.version);
});

/** Three processes at a time: they mostly load code, and the machine may be small. */
async function fewAtOnce<T>(starts: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  for (let at = 0; at < starts.length; at += 3)
    results.push(...(await Promise.all(starts.slice(at, at + 3).map((start) => start()))));
  return results;
}
