import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../../support/index.ts';
import type { Requirement } from '../requirement.ts';
import { chooseCpuControl } from './node/runtime/index.ts';
import { claimAddresses } from './supervisor/addresses.ts';

/** What the embedded cluster needs of this machine, each looked at by trying it. Leaves nothing behind. */
export async function embeddedRequirements(): Promise<Requirement[]> {
  return [nodeVersion(), cores(), memory(), openFiles(), temporaryFolder(), await loopback(), cpuLimits()];
}

function nodeVersion(): Requirement {
  const name = 'Node.js';
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) return { name, state: 'ok', detail: process.version };
  const detail = `${process.version}; 22.19 or newer is needed`;
  return { name, state: 'failed', detail, hint: 'npm ci installs the pinned one' };
}

function cores(): Requirement {
  const count = availableParallelism();
  const detail = `${count} to use`;
  if (count >= 2) return { name: 'cores', state: 'ok', detail };
  const hint =
    'The generator and the pods will share one core: keep rates low, and mind the lateness in the report.';
  return { name: 'cores', state: 'warning', detail, hint };
}

function memory(): Requirement {
  const free = freemem();
  const detail = `${formatBytes(free)} free`;
  if (free >= 1.5 * 1024 ** 3) return { name: 'memory', state: 'ok', detail };
  const hint = 'market-open takes about 1.2 GB: close something, or lower autoscaler.max.';
  return { name: 'memory', state: 'warning', detail, hint };
}

function openFiles(): Requirement {
  const name = 'open files';
  const limit = execFileSync('/bin/sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  const detail = `${limit} per process`;
  if (limit === 'unlimited' || Number(limit) >= 1024) return { name, state: 'ok', detail };
  return { name, state: 'warning', detail, hint: 'Raise it for more connections: ulimit -n 4096' };
}

function temporaryFolder(): Requirement {
  const name = 'temporary folder';
  try {
    accessSync(tmpdir(), constants.W_OK);
    return { name, state: 'ok', detail: tmpdir() };
  } catch {
    const hint = 'Set TMPDIR to a folder that is.';
    return { name, state: 'failed', detail: `${tmpdir()} is not writable`, hint };
  }
}

async function loopback(): Promise<Requirement> {
  const name = 'addresses';
  const claimed = await claimAddresses(Math.random);
  claimed.release();
  if (claimed.plan.mode === 'range') {
    return { name, state: 'ok', detail: `127.${claimed.plan.block}.0.0/16 is free: one address per pod` };
  }
  const detail = 'only 127.0.0.1: pods share it and differ by port';
  return { name, state: 'ok', detail };
}

function cpuLimits(): Requirement {
  const name = 'CPU limits';
  const folder = mkdtempSync(join(tmpdir(), 'openbell-doctor-'));
  try {
    const control = chooseCpuControl({
      method: 'auto',
      name: `openbell-doctor-${process.pid}`,
      cgroupsFile: join(folder, 'cgroups'),
    });
    control.close();
    return { name, state: 'ok', detail: control.description };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
