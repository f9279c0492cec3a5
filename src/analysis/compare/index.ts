/** Two runs, or two sets of trials, compared with each other. Pure. */
export {
  combineLanes,
  laneNames,
  lanesOf,
  type CombinedLanes,
  type LaneName,
  type LaneSecond,
  type RunLanes,
} from './lanes.ts';
export { compare, type Comparison, type Side } from './compare.ts';
export { significance, type Difference, type Judgement } from './difference.ts';
export { parseGate, pText, type Gate, type GateResult } from './gates.ts';
