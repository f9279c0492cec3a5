import type { AutoscalingFindings, FaultFinding, ReplicaPoint, ScalingDecision } from '../findings.ts';
import type { Pods } from '../pods.ts';
import type { RunRecord } from '../record.ts';
import { speedupOf } from '../timers.ts';
import type { Traffic } from '../traffic.ts';
import { calibrationOf } from './calibration.ts';
import { costOf } from './cost.ts';
import { scalingDelays } from './delay.ts';
import { elasticityOf } from './elasticity.ts';
import { loadStepsOf } from './load-steps.ts';
import { scalingInWords } from './sentences.ts';

/** How late, how well and at what cost the number of pods followed the load. */
export function autoscalingOf(
  record: RunRecord,
  pods: Pods,
  {
    traffic,
    faults,
    scaling,
    replicas,
  }: {
    traffic: Traffic;
    faults: readonly FaultFinding[];
    scaling: readonly ScalingDecision[];
    replicas: readonly ReplicaPoint[];
  },
): AutoscalingFindings {
  const { seconds } = traffic;
  const calibration = calibrationOf(record, pods, seconds);
  const [started] = record.of('traffic.start');
  const byChance = started?.model === 'closed' || started?.sessionSteps !== undefined;
  const found = {
    calibration,
    loadSteps: scalingDelays(record, pods, {
      steps: loadStepsOf(seconds, byChance),
      decisions: scaling,
      seconds,
      replacements: new Set(faults.flatMap(({ replacementPods }) => replacementPods)),
    }),
    elasticity: calibration === null ? null : elasticityOf(calibration, seconds, replicas),
    cost: costOf(record, pods, traffic),
  };
  return { ...found, says: scalingInWords(found, speedupOf(record)) };
}
