import type { OutcomeCounts, TrafficEnd, TrafficSecond, Unstamped } from '../journal/index.ts';
import type { TrafficPlan } from './plan.ts';
import type { Share } from './schedule.ts';
import type { Workers } from './workers.ts';

/** What the engine needs besides the plan. */
export interface TrafficOptions {
  plan: TrafficPlan;
  /** The Service's entry point: scheme, host and port. */
  target: URL;
  seed: number;
  /** `monotonicMs()` at the run's origin: the engine stamps its events relative to it. */
  originMs: number;
  /**
   * `monotonicMs()` at which the schedule's time zero lies; in the past means at once. As a promise it is waited for with the
   * threads ready.
   */
  startAtMs: number | Promise<number>;
  /** Called when the threads are ready to start. */
  onReady?: () => void;
  /** Response time above which an `ok` answer is listed as slow; null lists none. */
  goodResponseMs: number | null;
  /** Called for each second of traffic once all of its requests have ended, in order. */
  onSecond: (second: Unstamped<TrafficSecond> & { t: number }) => void;
  /** Which part of the plan's arrivals is played, where others play the rest; all of it when left out. */
  share?: Share;
  /** How many threads play; chosen from the plan and the machine where left out. */
  workers?: Workers;
  /**
   * A file to which one line is appended for each arrival as it ends: `id,dueMs,sentMs,endedMs,outcome,status`. `id` is the
   * request's `x-request-id`, instants are `monotonicMs()`, `sentMs` is empty for what was never sent, `status` is 0
   * without an answer. The file is complete when `done` resolves.
   */
  ledgerFile?: string;
  /** Called about four times a second while traffic runs; for the live view only. */
  onTick?: (tick: TrafficTick) => void;
}

/** What is going on now; approximate, for people to watch. */
export interface TrafficTick {
  /** Scheduled arrivals per second now; 0 in the closed model. */
  askedRate: number;
  /** Users who are here now, in the closed model. */
  users?: number;
  /** Answers per second over the last second. */
  answeredRate: number;
  inFlight: number;
  outcomes: OutcomeCounts;
  /** Response time p99 over the last second, ms; null without answers. */
  p99Ms: number | null;
  connections: number;
}

/** Traffic that is under way on its own thread. */
export interface TrafficRun {
  /** How many threads play it, and why. */
  readonly workers: Workers;
  /**
   * Resolves with the instant of schedule time zero (`monotonicMs()`) as soon as it is fixed: `startAtMs`, or when the
   * thread was ready if that was later. Rejects as {@link done} does.
   */
  readonly started: Promise<number>;
  /**
   * Resolves when every scheduled arrival has its outcome and the connections are closed; rejects when the engine's
   * thread died. After {@link stop} the arrivals not yet due are not part of the schedule any more.
   */
  readonly done: Promise<Unstamped<TrafficEnd> & { t: number }>;
  /** Ends the schedule now; what is in flight may finish within its time-out. */
  stop(): void;
  /** Ends the thread at once; `done` rejects. */
  abort(): void;
}

export type StartTraffic = (options: TrafficOptions) => TrafficRun;
