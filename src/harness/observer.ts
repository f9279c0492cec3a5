import type { JournalEvent, RunStep } from '../journal/index.ts';
import type { TrafficTick } from '../traffic/index.ts';
import type { RunResult } from './run.ts';

/** Told what happens in a run, for people who watch it. Every method is optional. */
export interface RunObserver {
  /** The run has its folder; nothing has booted. */
  onStart?(run: { runId: string; folder: string }): void;
  onStep?(step: { name: RunStep['name']; state: RunStep['state']; message?: string; tookMs?: number }): void;
  /** A line about what the provider does. */
  onProgress?(message: string): void;
  /** Each event of the journal, as it is recorded. */
  onEvent?(event: JournalEvent): void;
  /** About four times a second while traffic runs. */
  onTick?(tick: TrafficTick): void;
  /** Everything is written and cleaned up. */
  onDone?(result: RunResult): void;
}
