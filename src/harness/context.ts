import type { Journal } from '../journal/index.ts';
import type { Scenario } from '../scenario/index.ts';
import type { Checklist } from './checklist.ts';
import type { RunObserver } from './observer.ts';

/** What every step of a run knows. */
export interface RunContext {
  runId: string;
  /** The run's own namespace. */
  namespace: string;
  /** The run's own folder. */
  folder: string;
  scenario: Scenario;
  seed: number;
  keep: boolean;
  /** The cluster is used by others after this run, which leaves it as it was. */
  shared: boolean;
  journal: Journal;
  steps: Checklist;
  observer: RunObserver;
  /** Aborts when the run is to end soon: a person interrupted it, or it must be given up. */
  signal: AbortSignal;
  /** Aborts when the run is to end at once. */
  hardSignal: AbortSignal;
}
