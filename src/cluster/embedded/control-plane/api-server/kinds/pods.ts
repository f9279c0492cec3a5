import { resources } from '../../../api.ts';
import { forbidden } from '../errors.ts';
import { podTable } from '../tables/pods.ts';
import type { Pod } from '../../../objects.ts';
import { podSpecErrors, podUpdateErrors } from '../validation/pod-spec.ts';
import { applyPodSpecDefaults } from './pod-defaults.ts';
import { qosClass } from './qos.ts';
import { defineKind, type Context, type Draft } from './strategy.ts';

export const pods = defineKind({
  type: resources.pods,
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  subresources: ['status', 'binding', 'eviction', 'log'],
  countsGenerations: true,
  companions: ['metrics.k8s.io/pods'],
  selectableFields: (pod) => ({
    'spec.nodeName': pod.spec?.nodeName ?? '',
    'spec.restartPolicy': pod.spec?.restartPolicy ?? '',
    'spec.schedulerName': pod.spec?.schedulerName ?? '',
    'spec.serviceAccountName': pod.spec?.serviceAccountName ?? '',
    'spec.hostNetwork': String(pod.spec?.hostNetwork ?? false),
    'status.phase': pod.status?.phase ?? '',
    'status.podIP': pod.status?.podIP ?? '',
    'status.nominatedNodeName': pod.status?.nominatedNodeName ?? '',
  }),
  applyDefaults(pod) {
    pod.spec ??= {} as NonNullable<typeof pod.spec>;
    applyPodSpecDefaults(pod.spec);
    pod.spec.enableServiceLinks ??= true;
  },
  prepareCreate(pod, context) {
    if (pod.spec === undefined) return;
    pod.status = { phase: 'Pending', qosClass: qosClass(pod.spec) };
    if ((pod.spec.schedulingGates ?? []).length > 0) {
      const message = 'Scheduling is blocked due to non-empty scheduling gates';
      const gated = { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message };
      pod.status.conditions = [gated];
    }
    givePriority(pod);
    tolerateLostNodes(pod, context);
  },
  gracePeriodSeconds(pod, asked) {
    // Nobody has to stop a pod that never reached a node or has ended.
    if ((pod.spec?.nodeName ?? '') === '') return 0;
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return 0;
    return Math.max(0, asked ?? pod.spec?.terminationGracePeriodSeconds ?? 30);
  },
  validate: ({ spec }) => podSpecErrors(spec ?? {}, 'spec'),
  validateUpdate: podUpdateErrors,
  table: podTable,
});

/** The classes that every cluster has. */
const priorityClasses: Record<string, number> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** The admission plug-in Priority: the number behind the name of a class. @throws {ApiError} 403. */
function givePriority({ metadata, spec }: Draft<Pod>): void {
  if (spec === undefined) return;
  const { priorityClassName = '' } = spec;
  const priority = priorityClassName === '' ? 0 : priorityClasses[priorityClassName];
  if (priority === undefined) {
    const why = `no PriorityClass with name ${priorityClassName} was found`;
    throw forbidden(resources.pods, metadata.name ?? '', why);
  }
  spec.priority = priority;
  spec.preemptionPolicy ??= 'PreemptLowerPriority';
}

/** The admission plug-in DefaultTolerationSeconds: how long a pod stays on a node that is not ready or unreachable. */
function tolerateLostNodes(pod: Draft<Pod>, { timings }: Context): void {
  const wanted = {
    'node.kubernetes.io/not-ready': timings.notReadyTolerationMs,
    'node.kubernetes.io/unreachable': timings.unreachableTolerationMs,
  };
  for (const [key, effectiveMs] of Object.entries(wanted)) {
    const own = (pod.spec?.tolerations ?? []).some(
      (toleration) =>
        ((toleration.key ?? '') === key || (toleration.key ?? '') === '') &&
        ((toleration.effect ?? '') === 'NoExecute' || (toleration.effect ?? '') === ''),
    );
    if (own || pod.spec === undefined) continue;
    pod.spec.tolerations = [
      ...(pod.spec.tolerations ?? []),
      {
        key,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: Math.round((effectiveMs * timings.speedup) / 1000),
      },
    ];
  }
}
