/** The arithmetic of a HorizontalPodAutoscaler: pure, shared by the embedded cluster's controller and by the analysis of a run. */
export {
  newHistory,
  recordScale,
  tame,
  type Reason,
  type ScalingBehaviour,
  type ScalingHistory,
  type ScalingLimits,
  type ScalingRules,
  type TamedProposal,
} from './behaviour.ts';
export { scalingBehaviour, type BehaviorSpec } from './defaults.ts';
export {
  MetricUnavailable,
  replicasForAverageValue,
  replicasForUtilization,
  type PodSample,
  type ReplicaProposal,
  type ReplicaRules,
  type ScaledPod,
} from './replicas.ts';
