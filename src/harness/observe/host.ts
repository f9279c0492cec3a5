import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import type { Journal } from '../../journal/index.ts';

/** CPU time of all cores together, in any one unit. */
export interface CpuTimes {
  busy: number;
  idle: number;
  /** Taken by other guests of the same host; null where the system does not tell. */
  steal: number | null;
}

const everyMs = 1000;

/** Journals how busy the machine is, at once and then every second until the run ends. */
export function watchHost(journal: Journal): void {
  let before = cpuTimes();
  journal.record({ type: 'host', busy: null, steal: null, load1: loadavg()[0] ?? 0 });
  const timer = setInterval(() => {
    const now = cpuTimes();
    journal.record({ type: 'host', ...shares(before, now), load1: loadavg()[0] ?? 0 });
    before = now;
  }, everyMs);
  timer.unref();
  journal.onEvent(({ type }) => {
    if (type === 'run.end') clearInterval(timer);
  });
}

/** What of the time between two measurements was used, and what was stolen, as shares of all of it. */
export function shares(before: CpuTimes, now: CpuTimes): { busy: number | null; steal: number | null } {
  const busy = now.busy - before.busy;
  const steal = now.steal === null || before.steal === null ? null : now.steal - before.steal;
  const all = busy + (now.idle - before.idle) + (steal ?? 0);
  if (all <= 0) return { busy: null, steal: null };
  const share = (part: number): number => Math.round((Math.max(0, part) / all) * 1000) / 1000;
  return { busy: share(busy), steal: steal === null ? null : share(steal) };
}

/** The first line of /proc/stat, in ticks: user nice system idle iowait irq softirq steal. */
export function parseProcStat(text: string): CpuTimes | null {
  const [name, ...fields] = text.split('\n')[0]?.trim().split(/\s+/) ?? [];
  const [user, nice, system, idle, iowait = 0, irq = 0, softirq = 0, steal = 0] = fields.map(Number);
  if (
    name !== 'cpu' ||
    user === undefined ||
    nice === undefined ||
    system === undefined ||
    idle === undefined
  )
    return null;
  return { busy: user + nice + system + irq + softirq, idle: idle + iowait, steal };
}

function cpuTimes(): CpuTimes {
  try {
    const told = parseProcStat(readFileSync('/proc/stat', 'utf8'));
    if (told !== null) return told;
  } catch {
    // Only Linux has it.
  }
  const times = cpus().map((cpu) => cpu.times);
  const sum = (of: (one: (typeof times)[number]) => number): number =>
    times.reduce((total, one) => total + of(one), 0);
  return {
    busy: sum(({ user, nice, sys, irq }) => user + nice + sys + irq),
    idle: sum(({ idle }) => idle),
    steal: null,
  };
}
