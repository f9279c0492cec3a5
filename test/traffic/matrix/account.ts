/**
 * Holds the engine's ledger against the oracle's log, request by request. What the two must agree on does not depend on
 * the fault that was in force, nor on how fast the machine is: instants are compared with each other on one clock, and
 * where a duration is judged, the time in which either process is known to have stood still is taken off.
 */
import { quantile, sorted } from '../../../src/analysis/statistics/index.ts';
import { outcomes, type OutcomeCounts, type TrafficEnd } from '../../../src/journal/index.ts';
import { mergeHistograms } from '../../../src/traffic/histograms.ts';
import type { Log, Row, Seen } from './logs.ts';

/** Two threads' readings of the one clock agree to this, ms. */
const clockMs = 0.02;
/** An answer this close to its deadline may be read before or after it, ms; stalls come on top. */
const edgeMs = 3;
/** An answer that was given so long before its connection was cut has arrived, ms; stalls come on top. */
const cutMs = 50;

/** So much longer than the oracle's own a service time is for no request, ms; stalls and noise come on top. */
const farOffMs = 50;

/** Marks what only durations speak against. */
const tooLate = 'too late: ';

export interface Accounts {
  rows: readonly Row[];
  log: Log;
  /** The engine's own sums. */
  end: Pick<TrafficEnd, 'scheduled' | 'outcomes' | 'service' | 'response' | 'lateness' | 'conserved'>;
  timeoutMs: number;
  /** From when on everything has to be right again. */
  recoveredMs: number;
}

/** What came of the comparison. */
export interface Verdict {
  /** Sentences about what must not be; empty when the accounts agree. */
  violations: string[];
  /**
   * What took longer than the stalls that are known explain: answers that were given in time and read too late, or lost to
   * a reset that came well after them, or a service time far from the oracle's. An engine that does so does it again; a machine that is late with its network's work
   * does not.
   */
  late: string[];
  outcomes: OutcomeCounts;
  /** Whole answers with a status below 400 that the oracle gave inside the deadline, as it saw it. */
  oracleOk: number;
  /** Answers given before a reset, of which nobody can know whether they arrived, and which the engine did not get. */
  undecidable: number;
  /** Requests that were answered by what was meant for nobody. */
  crossed: number;
  /** Of `ok`: the engine's service time minus the oracle's, ms; `unexplained` is what known stalls leave of it. */
  excess: { p50: number; p99: number; max: number };
  unexplained: { p50: number; p90: number; p99: number; max: number };
  /** By how much durations of this run may be off because the machine did other things, ms. */
  noiseMs: number;
  /** Arrivals after recovery, and those of them that did not end `ok`. */
  afterwards: { arrivals: number; notOk: number };
}

export function compare(accounts: Accounts): Verdict {
  const { rows, log } = accounts;
  const violations = [...conservation(accounts)];
  const late: string[] = [];
  const stalls = new Stalls(rows, log);
  const excess: number[] = [];
  const unexplained: number[] = [];
  const noiseMs = stalls.typical();
  let oracleOk = 0;
  let undecidable = 0;
  let crossed = 0;

  for (const row of rows) {
    const seen = log.requests.get(row.id);
    const judged = judge(row, seen, accounts, stalls);
    if (judged === 'undecidable') undecidable++;
    else if (judged === 'crossed') crossed++;
    else if (judged.startsWith(tooLate)) late.push(`${row.id}: ${judged}`);
    else if (judged !== 'agree') violations.push(`${row.id}: ${judged}`);
    if (row.sentMs === null || seen?.answeringMs === undefined || seen.answeringMs === null) continue;
    if (seen.status < 400 && seen.answeringMs - row.sentMs <= accounts.timeoutMs) oracleOk++;
    if (judged === 'agree' && row.outcome === 'ok') {
      const more = row.endedMs - row.sentMs - (seen.answeringMs - seen.receivedMs);
      excess.push(more);
      const beyond = Math.max(0, more - stalls.within(row.sentMs, row.endedMs));
      unexplained.push(beyond);
      if (beyond > farOffMs + noiseMs)
        late.push(`${row.id}: took ${beyond.toFixed(1)} ms longer than its answer`);
    }
  }

  const afterwards = rows.filter(({ dueMs }) => dueMs >= accounts.recoveredMs);
  const notOk = afterwards.filter(({ outcome }) => outcome !== 'ok');
  for (const row of notOk) {
    // What was dropped found all connections waiting, for no longer than a deadline.
    const fromMs = row.outcome === 'dropped' ? row.dueMs - accounts.timeoutMs : row.dueMs;
    const stalledMs = stalls.within(fromMs, row.endedMs);
    if (row.outcome === 'http_error' || stalledMs < accounts.timeoutMs / 4) {
      late.push(`${row.id}: ${row.outcome} although the fault was long over`);
    }
  }
  return {
    violations,
    late,
    outcomes: count(rows),
    oracleOk,
    undecidable,
    crossed,
    excess: { p50: shareOf(excess, 0.5), p99: shareOf(excess, 0.99), max: shareOf(excess, 1) },
    unexplained: {
      p50: shareOf(unexplained, 0.5),
      p90: shareOf(unexplained, 0.9),
      p99: shareOf(unexplained, 0.99),
      max: shareOf(unexplained, 1),
    },
    noiseMs,
    afterwards: { arrivals: afterwards.length, notOk: notOk.length },
  };
}

/** Every arrival ends once, and the engine's sums are the sums of its ledger. */
function* conservation({ rows, log, end }: Accounts): Generator<string> {
  const { scheduled, outcomes: said } = end;
  if (!end.conserved) yield 'the engine itself says that its outcomes do not sum up';
  const ids = new Set(rows.map(({ id }) => id));
  if (rows.length !== scheduled) yield `${scheduled} arrivals have ${rows.length} outcomes`;
  if (ids.size !== rows.length) yield `${rows.length - ids.size} arrivals have more than one outcome`;
  const counted = count(rows);
  for (const outcome of outcomes) {
    if (counted[outcome] !== said[outcome])
      yield `${outcome}: ${counted[outcome]} in the ledger, ${said[outcome]} in the sums`;
  }
  const timed = rows.filter(({ outcome }) => ['ok', 'http_error', 'timeout'].includes(outcome));
  yield* sameDurations(
    'response',
    end.response,
    timed.map(({ dueMs, endedMs }) => endedMs - dueMs),
  );
  yield* sameDurations(
    'service',
    end.service,
    timed.map(({ sentMs, endedMs }) => endedMs - (sentMs ?? 0)),
  );
  const sent = rows.filter(({ sentMs }) => sentMs !== null);
  yield* sameDurations(
    'lateness',
    end.lateness ?? '',
    sent.map(({ dueMs, sentMs }) => (sentMs ?? 0) - dueMs),
  );
  for (const id of log.twice) yield `${id}: sent twice`;
  for (const id of log.requests.keys()) if (!ids.has(id)) yield `${id}: sent, but in no account`;
}

/** The histogram that a report is made of holds the ledger's durations (ms), to its three digits. */
function* sameDurations(name: string, encoded: string, durations: readonly number[]): Generator<string> {
  const histogram = mergeHistograms(encoded === '' ? [] : [encoded]);
  if (histogram.totalCount !== durations.length)
    yield `${name}: ${histogram.totalCount} durations in the histogram, ${durations.length} in the ledger`;
  for (const share of [0.5, 0.99, 1]) {
    const inLedger = atRank(durations, share) * 1000;
    const said = histogram.getValueAtPercentile(share * 100);
    if (Math.abs(said - inLedger) > 2 + inLedger * 0.002)
      yield `${name} p${share * 100}: ${said} µs in the histogram, ${inLedger} in the ledger`;
  }
}

/** `agree`, a reason why the two may differ, or what must not be. */
function judge(
  row: Row,
  seen: Seen | undefined,
  { log, timeoutMs }: Accounts,
  stalls: Stalls,
): 'agree' | 'undecidable' | 'crossed' | (string & {}) {
  const { outcome, sentMs, endedMs } = row;
  if (sentMs === null || outcome === 'dropped' || outcome === 'refused') {
    return seen === undefined ? 'agree' : `${outcome}, but the target received it`;
  }
  if (seen !== undefined && seen.receivedMs < sentMs - clockMs) return 'received before it was sent';
  if (outcome === 'ok' || outcome === 'http_error') {
    if (endedMs - sentMs > timeoutMs) return `${outcome} after its deadline`;
    const answered =
      seen !== undefined &&
      seen.answeringMs !== null &&
      seen.answeringMs <= endedMs + clockMs &&
      seen.status === row.status;
    if (answered) return 'agree';
    // HTTP/1.1 cannot tell an answer to nobody that crosses a request from the answer to it. Where the request never
    // came to be read, nobody knows on which connection it was: then there must have been such an answer about then.
    const strays =
      seen === undefined ? [...log.unsolicited.values()].flat() : log.unsolicited.get(seen.connection);
    const stray = strays?.some((ms) => ms <= endedMs && ms >= sentMs - 1000);
    return stray === true ? 'crossed' : `${outcome} ${row.status}, but no such answer was given`;
  }
  if (outcome === 'timeout' && endedMs - sentMs < timeoutMs) return 'timed out before its deadline';
  if (seen === undefined || seen.answeringMs === null) return 'agree';
  if (outcome === 'timeout') {
    const beforeMs = sentMs + timeoutMs - (seen.finishedMs ?? Number.POSITIVE_INFINITY);
    return beforeMs < edgeMs + stalls.within(seen.answeringMs, endedMs)
      ? 'agree'
      : `${tooLate}timed out, but was answered ${beforeMs.toFixed(1)} ms before its deadline`;
  }
  return wasCut(row, seen, log, stalls) ? 'undecidable' : `${tooLate}reset, but was answered`;
}

/** Whether the connection was cut so soon after the answer, its last, that the answer may have been lost. */
function wasCut(row: Row, seen: Seen, log: Log, stalls: Stalls): boolean {
  if (log.lastOf.get(seen.connection) !== row.id || seen.answeringMs === null) return false;
  const pid = seen.connection.slice(0, seen.connection.indexOf('.'));
  const cuts = [log.cut.get(seen.connection), log.killed.get(pid), ...log.balancerCuts];
  const from = seen.answeringMs;
  return cuts.some(
    (ms) => ms !== undefined && ms >= from - 1 && ms - from <= cutMs + stalls.within(from, ms),
  );
}

/** When either process stood still: the oracle says so itself; the engine's sends come late. */
class Stalls {
  readonly #oracle: Log['stalls'];
  readonly #late: { dueMs: number; lateMs: number }[];

  constructor(rows: readonly Row[], log: Log) {
    this.#oracle = log.stalls;
    this.#late = rows
      .map(({ dueMs, sentMs, endedMs }) => ({ dueMs, lateMs: (sentMs ?? endedMs) - dueMs }))
      .sort((a, b) => a.dueMs - b.dueMs);
  }

  /** For how long the two stood still between two instants, at the most, ms. */
  within(fromMs: number, toMs: number): number {
    let oracleMs = 0;
    for (const stall of this.#oracle) {
      oracleMs += Math.max(0, Math.min(stall.toMs, toMs + 1) - Math.max(stall.fromMs, fromMs - 1));
    }
    let engineMs = 0;
    for (let i = this.#firstDue(fromMs - 5); i < this.#late.length; i++) {
      const { dueMs, lateMs } = this.#late[i] ?? { dueMs: 0, lateMs: 0 };
      if (dueMs > toMs) break;
      if (dueMs + lateMs > fromMs) engineMs = Math.max(engineMs, lateMs);
    }
    return oracleMs + engineMs;
  }

  /** The 99th percentile of the engine's lateness, or of the oracle's stalls, whichever is longer, ms. */
  typical(): number {
    const late = shareOf(
      this.#late.map(({ lateMs }) => lateMs),
      0.99,
    );
    const still = shareOf(
      this.#oracle.map(({ fromMs, toMs }) => toMs - fromMs),
      0.9,
    );
    return Math.max(late, still);
  }

  #firstDue(ms: number): number {
    let low = 0;
    let high = this.#late.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#late[middle]?.dueMs ?? 0) < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function count(rows: readonly Row[]): OutcomeCounts {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as OutcomeCounts;
  for (const { outcome } of rows) counts[outcome]++;
  return counts;
}

/** The quantile of values there may be none of: then 0. */
function shareOf(values: readonly number[], share: number): number {
  return values.length === 0 ? 0 : quantile(sorted(values), share);
}

/** The value at a rank, as histograms define percentiles: always one that occurred, never between two. */
function atRank(values: readonly number[], share: number): number {
  return sorted(values)[Math.max(0, Math.ceil(share * values.length) - 1)] ?? 0;
}
