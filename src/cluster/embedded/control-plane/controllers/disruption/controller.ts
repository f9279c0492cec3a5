import { resources } from '../../../api.ts';
import type { Pod, PodDisruptionBudget } from '../../../objects.ts';
import { selectsBySpec } from '../../../../../kubernetes/selector.ts';
import { runController, type ControllerContext, type Running } from '../machinery/controller.ts';
import { controllerOf, keyOf, refOf } from '../machinery/owners.ts';
import { isTerminal } from '../machinery/pods.ts';
import { writeStatus } from '../machinery/status.ts';
import { timestamp } from '../machinery/timestamps.ts';
import { budgetStatus, evictionTimeoutMs } from './budget.ts';

/** Keeps the status of every PodDisruptionBudget, from which evictions are allowed or refused. */
export function startDisruptionController(context: ControllerContext): Running {
  const { api, clock, timings } = context;
  const options = { name: 'disruption', component: 'controllermanager' };
  return runController(context, options, ({ follow, queue, events }) => {
    const budgets = follow(resources.podDisruptionBudgets, {
      added: (budget) => queue.add(keyOf(budget)),
      modified: (_, budget) => queue.add(keyOf(budget)),
    });
    const pods = follow(resources.pods, {
      added: wake,
      modified(previous, pod) {
        wake(previous);
        wake(pod);
      },
      deleted: wake,
    });
    const sets = follow(resources.replicaSets, {
      modified: (_, { metadata }) => wakeAll(metadata?.namespace),
    });
    const deployments = follow(resources.deployments, {
      modified: (_, { metadata }) => wakeAll(metadata?.namespace),
    });
    return sync;

    function wake(pod: Pod): void {
      for (const budget of budgets.list()) if (covers(budget, pod)) queue.add(keyOf(budget));
    }

    function wakeAll(namespace: string | undefined): void {
      for (const budget of budgets.list())
        if (budget.metadata?.namespace === namespace) queue.add(keyOf(budget));
    }

    async function sync(key: string): Promise<void> {
      const { namespace, name } = refOf(key);
      const budget = budgets.get(namespace, name);
      if (budget === undefined || budget.metadata?.deletionTimestamp !== undefined) return;
      const covered = pods.list().filter((pod) => covers(budget, pod) && !isTerminal(pod));
      if (covered.length === 0) events.normal(budget, 'NoPods', 'No matching pods found');
      const timeoutMs = evictionTimeoutMs / timings.speedup;
      const { status, nextTimeoutInMs } = budgetStatus(budget, {
        pods: covered,
        expectedScale: expectedScale(covered),
        now: { wallMs: clock.wall(), text: timestamp(clock.wall()), timeoutMs },
      });
      const always = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'];
      await writeStatus(api, resources.podDisruptionBudgets, budget, status, always);
      if (nextTimeoutInMs !== undefined) queue.addAfter(key, nextTimeoutInMs);
    }

    /** How many pods the controllers of these pods want together. */
    function expectedScale(covered: readonly Pod[]): number {
      const wanted = new Map<string, number>();
      for (const pod of covered) {
        const namespace = pod.metadata?.namespace;
        const set = sets.get(namespace, controllerOf(pod)?.name ?? '');
        if (set === undefined) continue;
        const deployment = deployments.get(namespace, controllerOf(set)?.name ?? '');
        const { metadata, spec } = deployment ?? set;
        wanted.set(metadata?.uid ?? '', spec?.replicas ?? 1);
      }
      return [...wanted.values()].reduce((total, replicas) => total + replicas, 0);
    }
  });
}

function covers({ metadata, spec }: PodDisruptionBudget, pod: Pod): boolean {
  return (
    metadata?.namespace === pod.metadata?.namespace &&
    spec?.selector !== undefined &&
    selectsBySpec(spec.selector, pod.metadata?.labels)
  );
}
