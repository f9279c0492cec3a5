/** A Deployment's status and conditions from its ReplicaSets. Pure. */
import type { Deployment, ReplicaSet } from '../../../objects.ts';
import { parseTimestamp } from '../machinery/timestamps.ts';
import { rollingLimits, totalAvailable, totalSize } from './limits.ts';

export type Status = NonNullable<Deployment['status']>;
type Condition = NonNullable<Status['conditions']>[number];

export interface StatusInput {
  deployment: Deployment;
  newSet: ReplicaSet | undefined;
  allSets: readonly ReplicaSet[];
  nowMs: number;
  /** `nowMs` as conditions write it. */
  now: string;
  /** What has just been done, for the condition Progressing. */
  noted: Statement | undefined;
  /** Effective; undefined: none is set. */
  progressDeadlineMs: number | undefined;
}

/** The status; `sameRollout` is false when only the number of replicas changed, which says nothing about progress. */
export function deploymentStatus(input: StatusInput, sameRollout: boolean): Status {
  const { deployment, newSet, allSets, now, noted, progressDeadlineMs } = input;
  const { replicas, maxUnavailable } = rollingLimits(deployment);
  const sum = (field: 'replicas' | 'readyReplicas' | 'terminatingReplicas'): number =>
    allSets.reduce((total, { status }) => total + (status?.[field] ?? 0), 0);
  const available = totalAvailable(allSets);
  const status: Status = {
    observedGeneration: deployment.metadata?.generation ?? 0,
    replicas: sum('replicas'),
    updatedReplicas: newSet?.status?.replicas ?? 0,
    readyReplicas: sum('readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, totalSize(allSets) - available),
  };
  let conditions = deployment.status?.conditions ?? [];
  if (noted !== undefined && progressDeadlineMs !== undefined)
    conditions = withCondition(conditions, noted, now);
  conditions = withCondition(
    conditions,
    available >= replicas - maxUnavailable ? minimumAvailable : minimumUnavailable,
    now,
  );
  conditions = pausing(input, conditions);
  if (sameRollout) conditions = progress(input, status, conditions);
  conditions = replicaFailure(allSets, conditions, now);
  return { ...status, conditions };
}

/** All pods are of the newest template and available, and none is left over. */
export function isComplete({ metadata, spec }: Deployment, status: Status): boolean {
  const replicas = spec?.replicas ?? 1;
  return (
    status.updatedReplicas === replicas &&
    status.replicas === replicas &&
    status.availableReplicas === replicas &&
    (status.observedGeneration ?? 0) >= (metadata?.generation ?? 0)
  );
}

/** Effective milliseconds until the rollout misses its deadline; undefined: it cannot any more. */
export function deadlineInMs(
  status: Status,
  progressDeadlineMs: number | undefined,
  nowMs: number,
): number | undefined {
  const condition = status.conditions?.find(({ type }) => type === 'Progressing');
  const since = parseTimestamp(condition?.lastUpdateTime);
  if (progressDeadlineMs === undefined || since === undefined) return undefined;
  if (condition?.reason === available.reason || condition?.reason === timedOut.reason) return undefined;
  return since + progressDeadlineMs - nowMs;
}

/** What a condition says, without its times. */
export interface Statement {
  type: string;
  status: string;
  reason: string;
  message: string;
}

/** The conditions with this one set; nothing changes where status and reason are as before. */
function withCondition(
  conditions: readonly Condition[],
  statement: Statement,
  now: string,
  refresh = false,
): Condition[] {
  const before = conditions.find(({ type }) => type === statement.type);
  if (!refresh && before?.status === statement.status && before.reason === statement.reason)
    return [...conditions];
  const lastTransitionTime = before?.status === statement.status ? (before.lastTransitionTime ?? now) : now;
  const condition: Condition = { ...statement, lastUpdateTime: now, lastTransitionTime };
  return [...conditions.filter(({ type }) => type !== statement.type), condition];
}

const minimumAvailable: Statement = {
  type: 'Available',
  status: 'True',
  reason: 'MinimumReplicasAvailable',
  message: 'Deployment has minimum availability.',
};
const minimumUnavailable: Statement = {
  type: 'Available',
  status: 'False',
  reason: 'MinimumReplicasUnavailable',
  message: 'Deployment does not have minimum availability.',
};
const available = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' };
const updated = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' };
const paused: Statement = {
  type: 'Progressing',
  status: 'Unknown',
  reason: 'DeploymentPaused',
  message: 'Deployment is paused',
};
const resumed: Statement = { ...paused, reason: 'DeploymentResumed', message: 'Deployment is resumed' };
const timedOut = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' };

function progress(input: StatusInput, status: Status, conditions: readonly Condition[]): Condition[] {
  const { deployment, newSet, nowMs, now, progressDeadlineMs } = input;
  if (progressDeadlineMs === undefined) return conditions.filter(({ type }) => type !== 'Progressing');
  const current = conditions.find(({ type }) => type === 'Progressing');
  const isOver = status.replicas === status.updatedReplicas && current?.reason === available.reason;
  if (isOver) return [...conditions];
  const subject = newSet
    ? `ReplicaSet "${newSet.metadata?.name}"`
    : `Deployment "${deployment.metadata?.name}"`;
  if (isComplete(deployment, status)) {
    return withCondition(
      conditions,
      { ...available, message: `${subject} has successfully progressed.` },
      now,
    );
  }
  if (hasProgressed(deployment.status ?? {}, status)) {
    return withCondition(conditions, { ...updated, message: `${subject} is progressing.` }, now, true);
  }
  const dueInMs = deadlineInMs({ conditions: [...conditions] }, progressDeadlineMs, nowMs);
  if (dueInMs !== undefined && dueInMs <= 0) {
    return withCondition(conditions, { ...timedOut, message: `${subject} has timed out progressing.` }, now);
  }
  return [...conditions];
}

/** Says when a rollout is held and when it goes on; one that has missed its deadline stays missed. */
function pausing({ deployment, now, progressDeadlineMs }: StatusInput, conditions: Condition[]): Condition[] {
  const reason = conditions.find(({ type }) => type === 'Progressing')?.reason;
  if (progressDeadlineMs === undefined || reason === timedOut.reason) return conditions;
  if (deployment.spec?.paused === true) return withCondition(conditions, paused, now);
  return reason === paused.reason ? withCondition(conditions, resumed, now) : conditions;
}

function hasProgressed(before: Status, now: Status): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: Status): number => replicas - updatedReplicas;
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function replicaFailure(
  allSets: readonly ReplicaSet[],
  conditions: readonly Condition[],
  now: string,
): Condition[] {
  const failures = allSets.flatMap(({ status }) => status?.conditions ?? []);
  const failure = failures.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  if (failure === undefined) return conditions.filter(({ type }) => type !== 'ReplicaFailure');
  const { reason = '', message = '' } = failure;
  return withCondition(conditions, { type: 'ReplicaFailure', status: 'True', reason, message }, now);
}
