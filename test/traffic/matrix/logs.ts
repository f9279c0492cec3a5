/** Reads the two accounts of a run: the engine's ledger and the oracle's log. Instants are `monotonicMs()`. */
import { readFileSync } from 'node:fs';
import type { Outcome } from '../../../src/journal/index.ts';

/** What the engine says became of an arrival. */
export interface Row {
  id: string;
  dueMs: number;
  /** Null where it was never sent. */
  sentMs: number | null;
  endedMs: number;
  outcome: Outcome;
  status: number;
}

/** What the oracle says of one request. */
export interface Seen {
  connection: string;
  receivedMs: number;
  /** When the last byte of a whole answer was about to be sent; null where there was none. */
  answeringMs: number | null;
  /** When the system had taken it. */
  finishedMs: number | null;
  status: number;
}

/** The oracle's log, by request and by connection. */
export interface Log {
  requests: Map<string, Seen>;
  /** Ids received more than once. */
  twice: string[];
  /** The last request of each connection. */
  lastOf: Map<string, string>;
  /** When an answer to nobody was sent, by connection. */
  unsolicited: Map<string, number[]>;
  /** When a connection was reset by the oracle. */
  cut: Map<string, number>;
  /** When a process was killed, by its id. */
  killed: Map<string, number>;
  /** When a balancer cut connections. */
  balancerCuts: number[];
  listening: number[];
  stalls: { fromMs: number; toMs: number }[];
}

export function readLedger(path: string): Row[] {
  return linesOf(path).map((line) => {
    const [id = '', due, sent, ended, outcome, status] = line.split(',');
    return {
      id,
      dueMs: Number(due),
      sentMs: sent === '' ? null : Number(sent),
      endedMs: Number(ended),
      outcome: outcome as Outcome,
      status: Number(status),
    };
  });
}

export function readLog(path: string): Log {
  const log: Log = {
    requests: new Map(),
    twice: [],
    lastOf: new Map(),
    unsolicited: new Map(),
    cut: new Map(),
    killed: new Map(),
    balancerCuts: [],
    listening: [],
    stalls: [],
  };
  for (const line of linesOf(path)) {
    const [kind, ms, ...rest] = line.split(' ');
    read(log, kind ?? '', Number(ms), rest);
  }
  return log;
}

function read(log: Log, kind: string, ms: number, [first = '', id = '', status]: string[]): void {
  const seen = log.requests.get(id);
  switch (kind) {
    case 'r':
      if (seen !== undefined) log.twice.push(id);
      log.requests.set(id, {
        connection: first,
        receivedMs: ms,
        answeringMs: null,
        finishedMs: null,
        status: 0,
      });
      log.lastOf.set(first, id);
      break;
    case 'a':
      if (seen === undefined) throw new Error(`the oracle answered ${id} without having received it`);
      if (seen.answeringMs !== null) throw new Error(`the oracle answered ${id} twice`);
      seen.answeringMs = ms;
      seen.status = Number(status);
      break;
    case 'f':
      if (seen !== undefined) seen.finishedMs = ms;
      break;
    case 'u':
      log.unsolicited.set(first, [...(log.unsolicited.get(first) ?? []), ms]);
      break;
    case 'c':
      log.cut.set(first, ms);
      break;
    case 'k':
      log.killed.set(first, ms);
      break;
    case 'b':
      log.balancerCuts.push(ms);
      break;
    case 'l':
      log.listening.push(ms);
      break;
    case 's':
      log.stalls.push({ fromMs: ms, toMs: Number(first) });
      break;
  }
}

/** The whole lines of a file; a line cut short by a kill is none. */
function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}
