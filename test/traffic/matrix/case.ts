import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs, seededRandom, until } from '../../../src/support/index.ts';
import type { TrafficPlan } from '../../../src/traffic/index.ts';
import { compare, type Verdict } from './account.ts';
import type { Fault } from './faults.ts';
import { Lab, type LabNeeds } from './lab.ts';
import { readLedger, readLog } from './logs.ts';
import type { Player, Playing } from './player.ts';

/** How long the parts of a case last, ms. */
export interface Lengths {
  beforeMs: number;
  faultMs: number;
  /** From the fault's end until everything has to be right again. */
  settleMs: number;
  afterMs: number;
}

/** A case takes a second and a bit of traffic; recovery is asked for sooner than within a second. */
export const short: Lengths = { beforeMs: 200, faultMs: 350, settleMs: 350, afterMs: 200 };

/** Arrivals after recovery without which a case would say nothing. */
const fewest = 50;

/** Where the cases lie and what they share. */
export interface Ground {
  folder: string;
  certificates: string;
  names: string;
  player: Player;
}

/** Plays traffic at `rate` against a target on which the faults are in force together for a while. */
export async function playCase(
  faults: readonly Fault[],
  { rate, lengths, ground, seed }: { rate: number; lengths: Lengths; ground: Ground; seed: number },
): Promise<Verdict> {
  const folder = join(ground.folder, `case-${seed}`);
  mkdirSync(folder, { recursive: true });
  const plan = planFor(faults, rate);
  const lab = await openLab(faults, { ...ground, folder, timeoutMs: plan.timeoutMs });
  try {
    const ledgerFile = join(folder, 'ledger');
    const run = await ground.player.play({ plan, target: lab.url.href, seed, ledgerFile });
    await sleep(lengths.beforeMs);
    await begin(faults, lab);
    await sleep(lengths.faultMs);
    await shown(faults, run);
    await end(faults, lab);
    const recoveredMs = monotonicMs() + lengths.settleMs;
    await sleep(lengths.settleMs + lengths.afterMs);
    // On a machine that does other things the traffic may not have come that far.
    const enough = ((recoveredMs - run.startedMs) / 1000) * rate + fewest;
    await until(() => sumOf(run.outcomes()) >= enough, {
      deadlineMs: 20_000,
      what: `the outcomes of ${fewest} arrivals after the fault`,
    });
    run.stop();
    const ended = await run.done;
    await lab.close();
    return compare({
      rows: readLedger(ledgerFile),
      log: readLog(lab.logFile),
      end: ended,
      timeoutMs: plan.timeoutMs,
      recoveredMs,
    });
  } finally {
    await lab.close();
  }
}

/** A target on which the faults can be put. */
export function openLab(
  faults: readonly Fault[],
  where: Pick<LabNeeds, 'folder' | 'certificates' | 'names' | 'timeoutMs'>,
): Promise<Lab> {
  const needs = new Set(faults.map((fault) => fault.needs));
  return Lab.open({
    ...where,
    secure: needs.has('secure'),
    named: needs.has('named'),
    balanced: needs.has('balanced'),
    standby: faults.some(({ standby }) => standby === true),
  });
}

/** Puts the faults in force. */
export async function begin(faults: readonly Fault[], lab: Lab): Promise<void> {
  await lab.answer(faults.flatMap(({ way }) => way ?? []));
  for (const { begin } of faults) await begin?.(lab);
}

/** Lifts them. */
export async function end(faults: readonly Fault[], lab: Lab): Promise<void> {
  for (const { end } of faults) await end?.(lab);
  await lab.answer([]);
}

/** Pairs of faults that can be in force together, drawn by the seed, each pair once. */
export function drawPairs(faults: readonly Fault[], count: number, seed: number): [Fault, Fault][] {
  const random = seededRandom(seed);
  const pairs = new Map<string, [Fault, Fault]>();
  const draw = (): number => Math.floor(random() * faults.length);
  while (pairs.size < count) {
    const [first, second] = [draw(), draw()].sort((a, b) => a - b).map((i) => faults[i]);
    if (first === undefined || second === undefined || first === second) continue;
    if (first.acts === 'process' && second.acts === 'process') continue;
    pairs.set(`${first.name} + ${second.name}`, [first, second]);
  }
  return [...pairs.values()];
}

/** On a machine that does other things a fault has to last longer to be met. */
async function shown(faults: readonly Fault[], { outcomes }: Playing): Promise<void> {
  const [fault] = faults;
  if (fault === undefined || faults.length > 1) return;
  const outcome = fault.shows === 'only ok' ? 'ok' : fault.shows;
  const look = (): boolean => (outcomes()?.[outcome] ?? 0) > 0;
  await until(look, { deadlineMs: 10_000, what: `a request that ends ${outcome}` });
}

function sumOf(counts: Record<string, number> | null): number {
  return Object.values(counts ?? {}).reduce((a, b) => a + b, 0);
}

/** Traffic at a constant rate in which the faults show; it lasts until it is stopped. */
export function planFor(faults: readonly Fault[], rate: number): TrafficPlan {
  const timeoutMs = Math.min(400, ...faults.map(({ plan }) => plan?.timeoutMs ?? 400));
  const policies = faults.flatMap(({ plan }) => plan?.connectionPolicy ?? []);
  return {
    phases: [{ name: 'steady', durationMs: 600_000, rate: { kind: 'constant', rate } }],
    requests: faults.find(({ plan }) => plan?.requests !== undefined)?.plan?.requests ?? [
      { name: 'get', weight: 1, method: 'GET', path: '/', headers: {}, body: null },
    ],
    // Every arrival of a deadline's length may be waiting at once; more would hide connections that are not given back.
    connections: Math.ceil((rate * (timeoutMs + 200)) / 1000),
    timeoutMs,
    connectionPolicy: policies.find(({ kind }) => kind === 'perRequest') ?? policies[0] ?? { kind: 'keep' },
  };
}
