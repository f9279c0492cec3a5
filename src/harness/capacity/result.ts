import type { ScalabilityFit } from '../../analysis/index.ts';

/** A step of the closed loop: so many users at once, each of whom asks again as soon as it is answered. */
export interface ClosedPoint {
  users: number;
  /** Answers with a good status, per second. */
  throughput: number;
  p50Ms: number;
  p99Ms: number;
  /** Requests that ended otherwise. */
  failed: number;
}

/** A rate that was held in the open model. */
export interface HoldPoint {
  ratePerSecond: number;
  /** Whether every rule held. */
  kept: boolean;
  availability: number | null;
  p50Ms: number | null;
  p99Ms: number | null;
  /** CPU of all pods in thousandths of a core; null where no metrics came. */
  cpuMilli: number | null;
  /**
   * The generator was late. A rate that was kept all the same is proven, for lateness only makes response times longer; one
   * that was not may have been the generator's fault.
   */
  generatorLimited: boolean;
}

/** What so many pods can take. */
export interface PodsCapacity {
  pods: number;
  /** The highest rate at which the rules were seen to hold; null where none was. */
  ratePerSecond: number | null;
  curve: ClosedPoint[];
  /** Users at the curve's knee. */
  kneeUsers: number | null;
  /** The universal scalability law over users. */
  fit: ScalabilityFit | null;
  holds: HoldPoint[];
  /** Requests per second and core used, at the highest rate that was held. */
  requestsPerCore: number | null;
}

/** The file that `economy.calibration` of a scenario reads. */
export interface CapacityResult {
  apiVersion: 'openbell.dev/v1';
  kind: 'Calibration';
  scenario: string;
  /** ISO 8601. */
  measuredAt: string;
  openbellVersion: string;
  provider: string;
  machine: { cpuModel: string; cores: number };
  /** The rules that a rate had to keep. */
  expectations: string[];
  pods: PodsCapacity[];
  /** Requests per second that one pod is good for: the first entry's rate ÷ its pods. Null where no rate was held. */
  podCapacityPerSecond: number | null;
  /** The law over pods, with three or more numbers of them. */
  overPods: ScalabilityFit | null;
}
