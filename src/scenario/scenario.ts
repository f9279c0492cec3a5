import type { Expectation, StatisticRule } from '../analysis/index.ts';
import type { ClusterSpec } from '../cluster/index.ts';
import type { FaultSpec } from '../faults/spec.ts';
import type { TrafficPlan } from '../traffic/index.ts';
import type { WorkloadSpec } from '../workload/index.ts';

/** A scenario file that was found to be sound: everything a run is told to do. */
export interface Scenario {
  name: string;
  title: string;
  description: string;
  /** Where it was read from: a path, or `built-in:<name>`. */
  origin: string;
  /** The file's text, word for word. */
  source: string;
  /** The seed that every random choice follows from; null lets each run draw its own. */
  seed: number | null;
  /** What cluster it needs; the run names it. Timings are effective, that is divided by the speed-up. */
  cluster: Omit<ClusterSpec, 'name'>;
  workload: WorkloadSpec;
  traffic: TrafficPlan;
  /** Where the traffic goes; left out: to the Service's entry point. */
  target?: URL;
  /** So many pods in the cluster make the load; left out: this machine does. */
  trafficPods?: number;
  /** In the order of their instants. */
  faults: FaultSpec[];
  expect: Expectation[];
  /** Rules on statistics, which only trials can judge; left out: none. */
  expectOverTrials?: StatisticRule[];
  /**
   * Response time up to which the service counts as good, ms: `traffic.goodResponse`, else the limit of a
   * `response.p99 <` expectation, else 500.
   */
  goodResponseMs: number | null;
  /** What one pod is good for and what things cost, as far as the file says. */
  economy?: {
    /** Requests per second that one pod is good for. */
    podCapacityPerSecond?: number;
    podHourPrice?: number;
    lostRequestPrice?: number;
    currency?: string;
  };
  /** What is allowed but probably not meant, each as `file:line:column: sentence`. */
  warnings: string[];
}

/** What a caller may set in the place of the file. */
export interface ScenarioOptions {
  /** Overrides `timing.speedup`. */
  speedup?: number;
  /** Name of the provider it is meant for: targets outside this machine are refused but on `existing`. */
  on?: string;
  /** Where credentials are looked for; the process's own environment when left out. */
  env?: Record<string, string | undefined>;
}
