import type { TrafficSecond } from '../../journal/index.ts';
import type { TrafficTick } from '../engine.ts';
import type { TrafficPlan } from '../plan.ts';
import type { Share } from '../schedule.ts';

/** What a generator is started with; crosses to its thread as a copy. */
export interface GeneratorInput {
  plan: TrafficPlan;
  target: string;
  seed: number;
  originMs: number;
  /** When schedule time zero lies, on the machine's monotonic clock. */
  startMs: number;
  /** Which arrivals of the plan are this generator's. */
  share: Share;
  goodResponseMs: number | null;
  /** Whether anyone watches the live figures. */
  ticks: boolean;
  /** Where each arrival's outcome is written; null for nowhere. */
  ledgerFile: string | null;
}

/** Outcomes whose latency is known: an answer came, or the time-out passed. */
export const timedOutcomes = ['ok', 'http_error', 'timeout'] as const;
export type TimedOutcome = (typeof timedOutcomes)[number];

/**
 * A second as the generator measured it: samples instead of histograms, because building and compressing those is work
 * that would delay sends.
 */
export interface RawSecond extends Pick<
  TrafficSecond,
  | 'second'
  | 'startT'
  | 'scheduled'
  | 'outcomes'
  | 'statuses'
  | 'failedChecks'
  | 'sessions'
  | 'failures'
  | 'slow'
  | 'connections'
> {
  /** When its last request ended. */
  t: number;
  /** Service and response time in turn, µs, in the order in which the requests ended. */
  samplesUs: Partial<Record<TimedOutcome, Uint32Array<ArrayBuffer>>>;
  pods: Record<string, RawPod>;
  /** Of each request sent: when it was sent minus when it was due, µs. */
  latenessUs: Uint32Array<ArrayBuffer>;
  /** Arrivals dropped by the generator's own fault: it ran late, or the machine had no socket for it. */
  droppedByGenerator: number;
  eventLoopDelayP99Ms: number;
  cpu: number;
}

export interface RawPod {
  node: string;
  ok: number;
  httpError: number;
  firstT: number;
  lastT: number;
  connections: number;
  reused: number;
}

/** What a generator reports. */
export type FromGenerator =
  /** The thread can start at once. */
  | { kind: 'ready' }
  /** The schedule's time zero is fixed. */
  | { kind: 'started'; startMs: number }
  | { kind: 'second'; second: RawSecond }
  | { kind: 'tick'; tick: TrafficTick }
  /** Every arrival has its outcome and the connections are closed. */
  | { kind: 'end'; t: number; scheduled: number };

/** What a thread is told: when to start, and that the schedule is over. */
export type ToGenerator = { kind: 'start'; startMs: number } | { kind: 'stop' };

/** What a thread is made with; the rest it is told when all of them are ready. */
export type ThreadInput = Omit<GeneratorInput, 'startMs'>;
