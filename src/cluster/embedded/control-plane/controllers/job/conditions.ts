/** A Job's conditions. Pure. */
import type { Job } from '../../../objects.ts';
import type { Verdict } from './verdict.ts';

type Condition = NonNullable<NonNullable<Job['status']>['conditions']>[number];

/** Over: nothing of it changes any more. */
export function isFinished({ status }: Job): boolean {
  return (status?.conditions ?? []).some(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
}

/** The conditions with what the verdict adds: first what is aimed at, and the end when all pods are gone. */
export function withVerdict(
  before: readonly Condition[],
  { type, reason, message }: Verdict,
  { allGone, now }: { allGone: boolean; now: string },
): Condition[] {
  const target = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  const added = (type: string): Condition => ({
    type,
    status: 'True',
    lastProbeTime: now,
    lastTransitionTime: now,
    reason,
    message,
  });
  const conditions = [...before];
  if (!conditions.some((condition) => condition.type === target)) conditions.push(added(target));
  if (allGone) conditions.push(added(type));
  return conditions;
}

/** The conditions with Suspended as the spec wants it; the same array where that is so already. */
export function withSuspension(
  before: readonly Condition[],
  suspend: boolean,
  now: string,
): readonly Condition[] {
  const known = before.find(({ type }) => type === 'Suspended');
  const status = suspend ? 'True' : 'False';
  if (known?.status === status || (known === undefined && !suspend)) return before;
  return [
    ...before.filter(({ type }) => type !== 'Suspended'),
    {
      type: 'Suspended',
      status,
      lastProbeTime: now,
      lastTransitionTime: now,
      reason: suspend ? 'JobSuspended' : 'JobResumed',
      message: suspend ? 'Job suspended' : 'Job resumed',
    },
  ];
}
