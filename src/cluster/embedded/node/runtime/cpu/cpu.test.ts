import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cgroupMounts, makeFolder, removeCgroup } from './cgroup-files.ts';
import { cgroupV1 } from './cgroup-v1.ts';
import { cgroupV2, cgroupV2Values } from './cgroup-v2.ts';
import type { CpuControl } from './control.ts';
import { DutyController, dutyCycle } from './duty-cycle.ts';
import { groupUsageFromPs, parsePs } from './ps.ts';

let folder: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openbell-cpu-'));
});
afterEach(async () => {
  await endChildren();
  rmSync(folder, { recursive: true });
});

async function endChildren(): Promise<void> {
  for (const child of children.splice(0)) {
    const gone = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    child.kill('SIGKILL');
    await gone;
  }
}

function burn(): number {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { detached: true, stdio: 'ignore' });
  children.push(child);
  return child.pid as number;
}

/** Cores used over the given time, by the control's own measurement and by the kernel's count for the process. */
async function coresUsed(
  control: CpuControl,
  limitMilli: number | null,
  ms: number,
): Promise<{ measured: number; kernel: number }> {
  const pid = burn();
  const handle = control.attach({ id: `burn-${pid}`, pid, share: { limitMilli, requestMilli: 100 } });
  const kernelMs = (): number => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(stat[11]) + Number(stat[12])) * 10;
  };
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  await sleep(100);
  const from = [performance.now(), (await handle.usage())?.cpuNanos ?? 0, kernelMs()] as const;
  await sleep(ms);
  const elapsed = performance.now() - from[0];
  const used = ((await handle.usage())?.cpuNanos ?? 0) - from[1];
  const kernel = kernelMs() - from[2];
  handle.release();
  return { measured: used / 1e6 / elapsed, kernel: kernel / elapsed };
}

const linux = process.platform === 'linux';
const mounts = linux
  ? cgroupMounts(readFileSync('/proc/self/mounts', 'utf8'), readFileSync('/proc/self/cgroup', 'utf8'))
  : cgroupMounts('', '');
const name = `openbell-test-${process.pid}`;
const v1Works = ((): boolean => {
  const control = cgroupV1(mounts, name, () => {});
  control?.close();
  return control !== undefined;
})();

describe('CPU limits that bite', () => {
  test.skipIf(!linux)(
    'a container without a limit is measured, one with a duty cycle stays near it',
    async () => {
      const control = dutyCycle({ enforce: true });
      const [free, limited] = await Promise.all([
        coresUsed(control, null, 500),
        coresUsed(control, 200, 800),
      ]);
      expect(free.measured).toBeCloseTo(free.kernel, 1);
      expect(limited.measured).toBeCloseTo(limited.kernel, 1);
      expect(limited.kernel).toBeGreaterThan(0.02);
      expect(limited.kernel).toBeLessThan(0.4);
    },
  );

  test.skipIf(!v1Works)(
    'cgroup v1 keeps a busy container at its limit (skipped where not writable)',
    async () => {
      const folders: string[] = [];
      const control = cgroupV1(mounts, name, (path) => folders.push(path)) as CpuControl;
      const { measured, kernel } = await coresUsed(control, 200, 500);
      expect(measured).toBeCloseTo(kernel, 1);
      expect(kernel).toBeGreaterThan(0.02);
      expect(kernel).toBeLessThan(0.4);
      await endChildren();
      control.close();
      expect(folders.map((path) => removeCgroup(path))).toEqual(folders.map(() => true));
    },
  );
});

describe('the duty controller', () => {
  /** CPU ms used in 100 periods by a container that would use `demand` cores. */
  function simulate(limit: number, demand: number): number {
    const controller = new DutyController(limit);
    let total = 0;
    for (let period = 0; period < 100; period++) {
      const ranMs = controller.runMs();
      const usedMs = ranMs * demand;
      total += usedMs;
      controller.measured({ usedMs, ranMs, elapsedMs: 100 });
    }
    return total / 10_000;
  }

  test.each([
    { limit: 0.5, demand: 1, expected: 0.5 },
    { limit: 0.1, demand: 4, expected: 0.1 },
    { limit: 1.5, demand: 4, expected: 1.5 },
    { limit: 0.5, demand: 0.3, expected: 0.3 },
  ])('$demand cores wanted, $limit allowed', ({ limit, demand, expected }) => {
    expect(simulate(limit, demand)).toBeCloseTo(expected, 1);
  });

  test('does not save up what an idle container did not use', () => {
    const controller = new DutyController(0.5);
    for (let n = 0; n < 50; n++) controller.measured({ usedMs: 0, ranMs: 100, elapsedMs: 100 });
    controller.measured({ usedMs: 100, ranMs: 100, elapsedMs: 100 });
    expect(controller.runMs()).toBe(0);
  });
});

describe('cgroup v2, on a folder tree in place of the kernel', () => {
  function tree(): { root: string; own: string } {
    const own = join(folder, 'user/session');
    mkdirSync(own, { recursive: true });
    for (const path of [folder, join(folder, 'user'), own]) {
      writeFileSync(join(path, 'cgroup.controllers'), 'cpu memory\n');
    }
    writeFileSync(join(folder, 'cgroup.subtree_control'), 'cpu\n');
    writeFileSync(join(folder, 'user/cgroup.subtree_control'), 'cpu\n');
    return { root: folder, own: '/user/session' };
  }
  const v2 = (root: string, own: string) => cgroupMounts(`cgroup2 ${root} cgroup2 rw 0 0\n`, `0::${own}\n`);

  test('takes our own cgroup when it hands the cpu controller down', () => {
    const { root, own } = tree();
    writeFileSync(join(root, own, 'cgroup.subtree_control'), 'cpu\n');
    const folders: string[] = [];
    const control = cgroupV2(v2(root, own), name, (path) => folders.push(path));
    expect(control?.kind).toBe('cgroup2');
    expect(folders).toEqual([join(root, own, name)]);
  });

  test('takes the cgroup above ours when ours cannot hand it down', () => {
    const { root, own } = tree();
    // As the kernel refuses it in a cgroup with processes: the file cannot be written.
    mkdirSync(join(root, own, 'cgroup.subtree_control'));
    const folders: string[] = [];
    cgroupV2(v2(root, own), name, (path) => folders.push(path));
    expect(folders).toEqual([join(root, 'user', name)]);
  });

  test('writes limit, weight and process id, reads usage', async () => {
    const { root, own } = tree();
    const control = cgroupV2(v2(root, own), name, () => {}) as CpuControl;
    expect(control.kind).toBe('cgroup2');
    const handle = control.attach({
      id: 'c1',
      pid: process.pid,
      share: { limitMilli: 250, requestMilli: 500 },
    });
    const place = join(root, own, name, 'c1');
    expect(readFileSync(join(place, 'cpu.max'), 'utf8')).toBe('25000 100000');
    expect(readFileSync(join(place, 'cpu.weight'), 'utf8')).toBe('20');
    expect(readFileSync(join(place, 'cgroup.procs'), 'utf8')).toBe(String(process.pid));
    expect(await handle.usage()).toBeUndefined();
    writeFileSync(join(place, 'cpu.stat'), 'usage_usec 1234\nuser_usec 1000\n');
    expect(await handle.usage()).toMatchObject({ cpuNanos: 1_234_000 });
  });

  test('is not chosen where the tree has no cpu controller', () => {
    makeFolder(join(folder, 'own'));
    writeFileSync(join(folder, 'cgroup.controllers'), 'memory\n');
    expect(cgroupV2(v2(folder, '/own'), name, () => {})).toBeUndefined();
  });

  test.each([
    { limitMilli: null, requestMilli: 0, max: 'max 100000', weight: '1' },
    { limitMilli: 1, requestMilli: 100, max: '1000 100000', weight: '4' },
    { limitMilli: 1500, requestMilli: 1000, max: '150000 100000', weight: '39' },
  ])('limit $limitMilli, request $requestMilli', ({ limitMilli, requestMilli, max, weight }) => {
    expect(cgroupV2Values({ limitMilli, requestMilli })).toEqual({ 'cpu.max': max, 'cpu.weight': weight });
  });
});

test('finds where cgroup v1 controllers are mounted, also when they share a mount', () => {
  const found = cgroupMounts(
    'cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,nosuid,cpu,cpuacct 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n',
    '4:cpu,cpuacct:/user.slice\n0::/init.scope\n',
  );
  expect(found.v1('cpuacct')).toEqual({ mount: '/sys/fs/cgroup/cpu,cpuacct', own: '/user.slice' });
  expect(found.v1('memory')).toBeUndefined();
  expect(found.v2()).toEqual({ mount: '/sys/fs/cgroup/unified', own: '/init.scope' });
});

test('sums what ps prints by process group', () => {
  const groups = parsePs('  10    00:01:02  1000\n  10 0:00.50 24\n 11 2-03:00:00 1\n');
  expect(groups.get(10)).toEqual({ cpuNanos: 62.5e9, memoryBytes: 1024 * 1024 });
  expect(groups.get(11)?.cpuNanos).toBe((2 * 24 + 3) * 3600 * 1e9);
});

test.skipIf(!hasPs())('ps sees the memory of a running group (skipped without ps)', async () => {
  const pid = burn();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await groupUsageFromPs(pid))?.memoryBytes).toBeGreaterThan(1024 * 1024);
});

function hasPs(): boolean {
  try {
    execFileSync('ps', ['-A', '-o', 'pgid=,time=,rss='], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
