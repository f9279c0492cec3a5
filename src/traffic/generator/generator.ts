import type { TrafficPlan } from '../plan.ts';
import {
  arrivalsPerSecond,
  phaseStarts,
  scheduleOf,
  shareOf,
  totalDurationMs,
  type Schedule,
} from '../schedule.ts';
import { authorizationOf, tlsSetupOf } from './credentials.ts';
import { Ledger, type Entry } from './ledger.ts';
import type { FromGenerator, GeneratorInput } from './messages.ts';
import { weightedMix } from './mix.ts';
import { Pacer } from './pacer.ts';
import { ConnectionPool } from './pool.ts';
import { prepareRequest, requestIds } from './requests.ts';
import type { Boundary } from './second-record.ts';
import { Seconds } from './seconds.ts';
import { SelfWatch } from './self-watch.ts';
import type { Transport } from './transport.ts';
import { variablesOf } from './values.ts';
import { Visits, type VisitsOptions } from './visits.ts';

const sweepEveryMs = 10;
const tickEveryMs = 250;
/** An arrival that could not be sent for so long is dropped: sent now it would say nothing about the target. */
const hopelesslyLateMs = 1000;

/** Traffic under way on this thread. */
export interface Generator {
  /** No further arrivals; what is in flight may end. */
  stop(): void;
}

/**
 * Plays a plan against its target, on the thread it is called on, and posts what it measures. `now` is the machine's
 * monotonic clock in ms; `entered` is told of each arrival as it ends. The last message is `end`; nothing is left open after it.
 *
 * @throws {Error} when a request of the mix cannot be built.
 */
export function runGenerator(
  input: GeneratorInput,
  now: () => number,
  post: (message: FromGenerator) => void,
  entered: ((entry: Entry) => void) | null = null,
): Generator {
  const { plan, originMs, share, startMs } = input;
  const schedule = shareOf(scheduleOf(plan), share);
  const ledger = new Ledger({
    originMs,
    goodResponseMs: input.goodResponseMs,
    report: (second) => post({ kind: 'second', second }),
    entered,
  });
  const pool = openPool(input, ledger, now);

  post({ kind: 'started', startMs });
  const watch = new SelfWatch(startMs);
  const seconds = new Seconds({
    offered: arrivalsPerSecond(schedule),
    startMs,
    endMs: startMs + schedule.durationMs,
    ledger,
    measure: measureWith({ pool, ledger, watch }),
  });
  // Requests of sessions and users; of those only the first steps may be on the schedule.
  let visitorRequests = 0;
  let missed = 0;
  const visits = visitsOf(input, {
    startMs,
    now,
    wake: (dueMs) => pacer.wake(dueMs),
    fire(visitor, dueMs, nowMs) {
      const { index, step } = visitor;
      const second = seconds.recordAt(dueMs);
      visitorRequests++;
      if (plan.session !== undefined && step === 0) second.sessionStarted();
      pool.fire({ index, visitor, second, dueMs, nowMs });
    },
  });
  let nextSweepMs = startMs;
  let nextTickMs = input.ticks ? startMs : Number.POSITIVE_INFINITY;

  const pacer = new Pacer({
    schedule,
    startMs,
    now,
    paced: {
      arrive(nth, dueMs, nowMs) {
        const second = seconds.recordOf(nth);
        const index = share.worker + nth * share.of;
        if (nowMs - dueMs > hopelesslyLateMs) {
          missed++;
          ledger.dropped(second, { index, dueMs, nowMs, ownFault: true });
        } else if (visits !== null) visits.begin(index, dueMs, nowMs);
        else pool.fire({ index, visitor: null, second, dueMs, nowMs });
      },
      nextDueMs: () => visits?.nextDueMs ?? Number.POSITIVE_INFINITY,
      timerFired: (dueMs, nowMs) => watch.timerFired(dueMs, nowMs),
      turn(nowMs) {
        visits?.turn(nowMs);
        if (nowMs >= nextSweepMs) {
          nextSweepMs = nowMs + sweepEveryMs;
          pool.sweep(nowMs);
        }
        seconds.pass(visits === null ? nowMs : Math.min(nowMs, visits.nextDueMs), pacer.arrived);
        if (nowMs >= nextTickMs) {
          nextTickMs += tickEveryMs * Math.ceil((nowMs - nextTickMs + 1) / tickEveryMs);
          const tick = tickOf({ schedule, startMs, ledger, pool, nowMs });
          post({ kind: 'tick', tick: isClosed(plan) ? { ...tick, users: visits?.users ?? 0 } : tick });
        }
        if (!seconds.over || pool.inFlight > 0) return false;
        pool.close();
        const scheduled = visits === null ? pacer.arrived : visitorRequests + missed;
        post({ kind: 'end', t: nowMs - originMs, scheduled });
        return true;
      },
    },
  });

  return {
    stop() {
      pacer.stop();
      visits?.stop();
      seconds.stop(now());
    },
  };
}

/** The sessions or users of a plan; null where every request stands alone. */
function visitsOf(
  { plan, seed }: GeneratorInput,
  options: Pick<VisitsOptions, 'startMs' | 'now' | 'wake' | 'fire'>,
): Visits | null {
  const starts = phaseStarts(plan);
  const phases = plan.phases.flatMap(({ rate, durationMs }, index) =>
    rate.kind === 'users' ? [{ startMs: starts[index] ?? 0, durationMs, users: rate.users }] : [],
  );
  if (phases.length === 0 && plan.session === undefined) return null;
  const atOnce = { fromMs: 0, toMs: 0 };
  return new Visits({
    ...options,
    seed,
    endMs: options.startMs + totalDurationMs(plan),
    steps: plan.session === undefined ? [atOnce] : plan.requests.map(({ think = atOnce }) => think),
    sessions: plan.session !== undefined,
    users: phases.length === 0 ? null : { phases, think: plan.think ?? atOnce },
  });
}

function openPool(
  { plan, target: address, seed }: GeneratorInput,
  ledger: Ledger,
  now: () => number,
): ConnectionPool {
  const target = new URL(address);
  const mix = weightedMix(
    plan.requests.map(({ weight }) => weight),
    seed,
  );
  const context = {
    target,
    find: variablesOf(plan.variables ?? {}, seed, savedNames(plan)),
    authorization: authorizationOf(plan.auth, process.env),
    cookies: plan.session?.cookies === true,
  };
  const staying = plan.requests.map((spec) => prepareRequest(spec, context, false));
  const closing = plan.requests.map((spec) => prepareRequest(spec, context, true));
  return new ConnectionPool({
    target,
    connections: Math.max(1, Math.floor(plan.connections)),
    timeoutMs: plan.timeoutMs,
    policy: plan.connectionPolicy,
    tls: tlsSetupOf(plan.tls, target),
    ledger,
    now,
    requestOf(index, step, last) {
      const request = (last ? closing : staying)[plan.session === undefined ? mix(index) : step];
      if (request === undefined) throw new Error('a plan needs at least one request');
      return request;
    },
    idOf: requestIds(seed),
  });
}

function isClosed({ phases }: TrafficPlan): boolean {
  return phases.some(({ rate }) => rate.kind === 'users');
}

function savedNames({ requests }: TrafficPlan): Set<string> {
  return new Set(requests.flatMap(({ saves = [] }) => saves.map(({ variable }) => variable)));
}

/** Measures the end of a second: connections now, and what changed since the last call. */
function measureWith({
  pool,
  ledger,
  watch,
}: {
  pool: Transport;
  ledger: Ledger;
  watch: SelfWatch;
}): (nowMs: number) => Boundary {
  let before = pool.connections;
  return (nowMs) => {
    const { open, opened, closed } = pool.connections;
    const boundary = {
      connections: { open, opened: opened - before.opened, closed: closed - before.closed },
      podConnections: ledger.pods.connections(),
      ...watch.look(nowMs),
    };
    before = { open, opened, closed };
    return boundary;
  };
}

function tickOf(state: {
  schedule: Schedule;
  startMs: number;
  ledger: Ledger;
  pool: Transport;
  nowMs: number;
}): Extract<FromGenerator, { kind: 'tick' }>['tick'] {
  const { schedule, startMs, ledger, pool, nowMs } = state;
  return {
    askedRate: schedule.rateAt(nowMs - startMs),
    ...ledger.live.last(nowMs),
    inFlight: pool.inFlight,
    outcomes: { ...ledger.totals },
    connections: pool.connections.open,
  };
}
