import type { DeleteOptions, ObjectRef } from '../../../api.ts';
import type { Pod, PodDisruptionBudget } from '../../../objects.ts';
import { selectsBySpec } from '../../../../../kubernetes/selector.ts';
import { clone, tableName, type Stored } from '../../store/index.ts';
import { failure, forbidden } from '../errors.ts';
import { podDisruptionBudgets } from '../kinds/pod-disruption-budgets.ts';
import { pods } from '../kinds/pods.ts';
import type { Context } from '../kinds/strategy.ts';
import { wholeSeconds } from './create.ts';
import { read } from './read.ts';
import { remove } from './remove.ts';

const table = tableName(podDisruptionBudgets.type);

/**
 * pods/eviction: deletes a pod as `kubectl drain` asks for it, where its disruption budget allows that.
 *
 * @throws {ApiError} 404; 429 while the budget is used up; 500 when more than one budget is in charge.
 */
export function evict(context: Context, ref: ObjectRef, options: DeleteOptions = {}, dryRun = false): void {
  const pod = read(context, pods, ref) as Stored & Pod;
  if (needsBudget(pod)) takeFromBudget(context, pod, dryRun);
  if (!dryRun && pod.metadata.deletionTimestamp === undefined) markDisrupted(context, pod);
  remove(context, pods, ref, options, dryRun);
}

/** Pods that do not serve anyway may always go. */
function needsBudget({ metadata, status }: Pod): boolean {
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return !hasEnded && status?.phase !== 'Pending' && metadata?.deletionTimestamp === undefined;
}

function takeFromBudget({ store, clock }: Context, pod: Stored & Pod, dryRun: boolean): void {
  const { namespace, name = '', labels } = pod.metadata;
  const inCharge = (store.list(table, namespace) as (Stored & PodDisruptionBudget)[]).filter(
    ({ spec }) => spec?.selector !== undefined && selectsBySpec(spec.selector, labels),
  );
  const [budget, another] = inCharge;
  if (budget === undefined) return;
  if (another !== undefined) {
    const why =
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw failure(500, '', why);
  }
  if (!isReady(pod) && mayGoUnready(budget)) return;
  const { observedGeneration = 0, disruptionsAllowed = 0 } = budget.status ?? {};
  const budgetName = budget.metadata.name ?? '';
  if (observedGeneration < (budget.metadata.generation ?? 0)) {
    throw tooMany(`The disruption budget ${budgetName} is still being processed by the server.`, 10);
  }
  if (disruptionsAllowed < 0) {
    const kind = { group: 'policy', plural: 'poddisruptionbudget', kind: 'PodDisruptionBudget' };
    throw forbidden(kind, budgetName, 'pdb disruptions allowed is negative');
  }
  if (disruptionsAllowed === 0) {
    const { desiredHealthy = 0, currentHealthy = 0 } = budget.status ?? {};
    throw tooMany(
      `The disruption budget ${budgetName} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
    );
  }
  if (dryRun) return;
  const changed = clone(budget);
  changed.status = {
    ...changed.status,
    disruptionsAllowed: disruptionsAllowed - 1,
    disruptedPods: { ...changed.status?.disruptedPods, [name]: wholeSeconds(clock.wall()) },
  };
  store.write(table, changed);
}

/** Whether a pod that is not ready may go without being counted. */
function mayGoUnready({ spec, status }: PodDisruptionBudget): boolean {
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

function tooMany(cause: string, retryAfterSeconds = 0): Error {
  return failure(
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    {
      ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
      causes: [{ reason: 'DisruptionBudget', message: cause }],
    },
  );
}

/** The pod's condition that says the cluster, not the pod, is the cause of its end. */
function markDisrupted({ store, clock }: Context, pod: Stored & Pod): void {
  const marked = clone(pod);
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
  marked.status = {
    ...marked.status,
    conditions: [
      ...others,
      {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'EvictionByEvictionAPI',
        message: 'Eviction API: evicting',
        lastTransitionTime: wholeSeconds(clock.wall()),
      },
    ],
  };
  store.write(tableName(pods.type), marked);
}

function isReady({ status }: Pod): boolean {
  return (status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
}
