import type { Journal } from '../journal/index.ts';
import type { Scenario } from '../scenario/index.ts';
import type { Checklist } from './checklist.ts';
import type { RunObserver } from './observer.ts';

/** A cluster that outlives its run. */
export interface KeptCluster {
  name: string;
  kubeconfigPath: string;
}

/** What every step of a run knows. */
export interface RunContext {
  runId: string;
  /** Where everything of the run is. */
  namespace: string;
  /** It was there before the run and stays. */
  namespaceGiven: boolean;
  /** The run's own folder. */
  folder: string;
  scenario: Scenario;
  seed: number;
  keep: boolean;
  /** The cluster is used by others after this run, which leaves it as it was. */
  shared: boolean;
  /** What became of each request is written to requests.csv. */
  ledger: boolean;
  /** What outlives the run; null as long as there is nothing. */
  kept: KeptCluster | null;
  journal: Journal;
  steps: Checklist;
  observer: RunObserver;
  /** Aborts when the run is to end soon: a person interrupted it, or its cluster was lost. */
  signal: AbortSignal;
  /** Aborted, by whoever notices, when the cluster was lost; its reason says why. */
  lost: AbortController;
  /** Aborts when the run is to end at once. */
  hardSignal: AbortSignal;
}
