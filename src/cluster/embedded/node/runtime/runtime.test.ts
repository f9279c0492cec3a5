import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../../../support/index.ts';
import type { ContainerSpec } from './container.ts';
import { chooseCpuControl } from './cpu/index.ts';
import { GroupsFile } from './groups-file.ts';
import { signalProcess } from './groups.ts';
import { ContainerRuntime } from './runtime.ts';

let runDir: string;
let runtime: ContainerRuntime;
const groupsFile = (): string => join(runDir, 'node.groups');

beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), 'openbell-runtime-'));
  runtime = new ContainerRuntime({
    runDir,
    groups: new GroupsFile(groupsFile()),
    cpu: chooseCpuControl({ method: 'off', name: 'unused', cgroupsFile: join(runDir, 'cgroups') }),
  });
});

afterEach(async () => {
  await runtime.close(0);
  rmSync(runDir, { recursive: true });
});

let started = 0;
function program(script: string, env: Record<string, string> = {}): ContainerSpec {
  started += 1;
  return {
    id: `container-${started}`,
    pod: { namespace: 'default', name: 'web', uid: 'u1' },
    name: 'main',
    restartCount: 0,
    command: ['node', '-e', script],
    workingDir: runDir,
    env,
    cpu: { limitMilli: null, requestMilli: 100 },
  };
}

/** False also for a process that has ended and waits to be reaped by whoever adopted it. */
function running(pid: number): boolean {
  if (!signalProcess(pid, 0)) return false;
  return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

const logLines = (path: string): string[] => readFileSync(path, 'utf8').split('\n').filter(Boolean);
const printed = (path: string): string[] => logLines(path).map((line) => line.split(' ').slice(3).join(' '));

describe('a container', () => {
  test('logs in the CRI format under the pod and its restart count', async () => {
    const container = await runtime.start(program(`console.log('one\\ntwo'); console.error('three')`));
    expect(await container.exited).toMatchObject({ exitCode: 0, signal: 0 });
    await container.gone;
    expect(container.logPath).toBe(join(runDir, 'pods/default_web_u1/main/0.log'));
    const lines = logLines(container.logPath);
    expect(lines.toSorted((a, b) => a.slice(31).localeCompare(b.slice(31)))).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z stderr F three$/),
      expect.stringMatching(/^\S{30} stdout F one$/),
      expect.stringMatching(/^\S{30} stdout F two$/),
    ]);
  });

  test('sees of our environment only PATH, HOME and the compile cache', async () => {
    process.env['SECRET_OF_THE_HOST'] = 'x';
    const container = await runtime.start(
      program('console.log(Object.keys(process.env).sort().join())', { POD_NAME: 'web' }),
    );
    await container.gone;
    delete process.env['SECRET_OF_THE_HOST'];
    const names = (printed(container.logPath)[0] ?? '')
      .split(',')
      .filter((name) => !['NODE_COMPILE_CACHE', 'OPENBELL_CLUSTER'].includes(name));
    expect(names).toEqual(['HOME', 'PATH', 'POD_NAME']);
  });

  test('that ends by itself reports its exit code, and one ended by a signal 128 and its number', async () => {
    const failing = await runtime.start(program('process.exit(3)'));
    const killed = await runtime.start(program(`process.kill(process.pid, 'SIGKILL')`));
    expect(await failing.exited).toMatchObject({ exitCode: 3, signal: 0 });
    expect(await killed.exited).toMatchObject({ exitCode: 137, signal: 9 });
  });

  test('whose program does not exist is an error of the OS', async () => {
    const spec = { ...program(''), command: ['/no/such/program'] };
    await expect(runtime.start(spec)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readFileSync(groupsFile(), 'utf8')).toBe('');
  });

  test('may finish after SIGTERM within its grace', async () => {
    const container = await runtime.start(
      program(`process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000); console.log('up')`),
    );
    await until(() => printed(container.logPath).includes('up'), {
      what: 'the container',
      deadlineMs: 5_000,
    });
    expect(await container.stop(10_000)).toMatchObject({ exitCode: 0 });
  });

  test('that ignores SIGTERM is killed with all of its children when the grace is over', async () => {
    const container = await runtime.start(
      program(`
        process.on('SIGTERM', () => {});
        const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
        console.log(child.pid);
        setInterval(() => {}, 1000);
      `),
    );
    const child = await until(() => Number(printed(container.logPath)[0]) || undefined, {
      what: 'the child of the container',
      deadlineMs: 5_000,
    });
    expect(await container.stop(50)).toMatchObject({ exitCode: 137, signal: 9 });
    await container.gone;
    expect(running(child)).toBe(false);
  });

  test('takes its children along when its main process ends', async () => {
    const container = await runtime.start(
      program(`
        const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
        process.stdout.write(child.pid + '\\n', () => process.exit(0));
      `),
    );
    await container.gone;
    expect(running(Number(printed(container.logPath)[0]))).toBe(false);
  });

  test('stands in the groups file from its start until its group is empty', async () => {
    const container = await runtime.start(program('setInterval(() => {}, 1000)'));
    expect(readFileSync(groupsFile(), 'utf8')).toBe(`${container.pid}\n`);
    await container.stop(0);
    await container.gone;
    expect(readFileSync(groupsFile(), 'utf8')).toBe('');
  });

  test('runs commands for probes and hooks in its environment', async () => {
    const container = await runtime.start(program('setInterval(() => {}, 1000)', { COLOUR: 'green' }));
    const result = await container.exec(['sh', '-c', 'echo $COLOUR; exit 4'], 5_000);
    expect(result).toEqual({ exitCode: 4, output: 'green\n', timedOut: false });
    expect(await container.exec(['sleep', '60'], 50)).toMatchObject({ timedOut: true });
    expect(readFileSync(groupsFile(), 'utf8')).toBe(`${container.pid}\n`);
  });
});

test('a log is rotated by size and keeps as many files as it is told', async () => {
  const { LogFile } = await import('./log-file.ts');
  const log = new LogFile(join(runDir, 'a/0.log'), { maxBytes: 1_000, maxFiles: 3 });
  for (let n = 0; n < 6; n++) {
    log.write('stdout', Buffer.from(`${'x'.repeat(600)}${n}\n`));
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  log.close();
  expect(readdirSync(join(runDir, 'a')).sort()).toEqual(['0.log', '0.log.1', '0.log.2']);
  expect(printed(join(runDir, 'a/0.log'))).toEqual([`${'x'.repeat(600)}5`]);
  expect(printed(join(runDir, 'a/0.log.2'))).toEqual([`${'x'.repeat(600)}3`]);
});

test('a log joins lines that arrive in parts and cuts those without an end', async () => {
  const { LogFile } = await import('./log-file.ts');
  const log = new LogFile(join(runDir, 'b.log'));
  log.write('stdout', Buffer.from('hel'));
  log.write('stdout', Buffer.from(`lo\n${'y'.repeat(20_000)}`));
  log.close();
  expect(logLines(join(runDir, 'b.log')).map((line) => line.slice(31, 45))).toEqual([
    'stdout F hello',
    'stdout P yyyyy',
    'stdout F yyyyy',
  ]);
});
