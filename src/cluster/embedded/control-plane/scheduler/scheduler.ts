import { resources } from '../../api.ts';
import type { Node, Pod } from '../../objects.ts';
import {
  isNotFound,
  orGone,
  runController,
  type ControllerContext,
  type Running,
} from '../controllers/machinery/controller.ts';
import { keyOf, refOf } from '../controllers/machinery/owners.ts';
import { isTerminal, podCondition } from '../controllers/machinery/pods.ts';
import { timestamp } from '../controllers/machinery/timestamps.ts';
import { SchedulerCache } from './cache.ts';
import { decide } from './decide.ts';
import { podView } from './node-view.ts';

const schedulerName = 'default-scheduler';
/** A pod that fits nowhere is tried again at the earliest after 1 s, 2 s, 4 s … 10 s (nominal). */
const firstBackOffMs = 1000;
const lastBackOffMs = 10_000;

interface Attempt {
  count: number;
  atMs: number;
}

/**
 * Assigns pods without a node to nodes, one after the other, as soon as they appear; those that fit nowhere when
 * something changes that could help them.
 */
export function startScheduler(context: ControllerContext): Running {
  const { api, clock, timings } = context;
  return runController(
    context,
    { name: 'scheduler', component: schedulerName, concurrency: 64 },
    ({ follow, queue, events }) => {
      const cache = new SchedulerCache();
      /** Pods that fit nowhere, by key. */
      const attempts = new Map<string, Attempt>();
      let turn = 0;

      const pods = follow(resources.pods, { added: seen, modified: changed, deleted: gone });
      follow(resources.nodes, {
        added(node) {
          cache.setNode(node);
          retryAll();
        },
        modified(previous, node) {
          cache.setNode(node);
          if (mattersForScheduling(previous, node)) retryAll();
        },
        deleted: (node) => cache.removeNode(node.metadata?.name ?? ''),
      });
      return schedule;

      function seen(pod: Pod): void {
        const key = keyOf(pod);
        if (isTerminal(pod)) gone(pod);
        else if (pod.spec?.nodeName) cache.placePod(pod, pod.spec.nodeName);
        else if (cache.nodeOf(key) === undefined && isOurs(pod) && !attempts.has(key)) queue.add(key);
      }

      function changed(previous: Pod, pod: Pod): void {
        // What the pod asks for may have become modest enough.
        const asksAnew = previous.metadata?.generation !== pod.metadata?.generation;
        if (asksAnew && attempts.has(keyOf(pod))) queue.add(keyOf(pod));
        seen(pod);
      }

      function gone(pod: Pod): void {
        const key = keyOf(pod);
        attempts.delete(key);
        if (cache.removePod(key)) retryAll();
      }

      function retryAll(): void {
        for (const [key, { count, atMs }] of attempts) {
          const backOffMs = Math.min(firstBackOffMs * 2 ** (count - 1), lastBackOffMs) / timings.speedup;
          queue.addAfter(key, atMs + backOffMs - clock.now());
        }
      }

      async function schedule(key: string): Promise<void> {
        const { namespace, name } = refOf(key);
        const pod = pods.get(namespace, name);
        if (pod === undefined || !isOurs(pod) || cache.nodeOf(key) !== undefined) return;
        const decision = decide(podView(pod), cache.nodes(), turn);
        turn += 1;
        if ('unschedulable' in decision) return refuse(pod, decision.unschedulable);
        // From here on the pod takes its place, so that the next one is decided on while this one is still being bound.
        cache.placePod(pod, decision.node);
        try {
          await api.bind({ namespace, name }, decision.node);
        } catch (error) {
          cache.removePod(key);
          if (isNotFound(error)) return;
          throw error;
        }
        attempts.delete(key);
        events.normal(pod, 'Scheduled', `Successfully assigned ${key} to ${decision.node}`);
      }

      async function refuse(pod: Pod, message: string): Promise<void> {
        const key = keyOf(pod);
        attempts.set(key, { count: (attempts.get(key)?.count ?? 0) + 1, atMs: clock.now() });
        events.warning(pod, 'FailedScheduling', message);
        const before = podCondition(pod, 'PodScheduled');
        if (before?.status === 'False' && before.message === message) return;
        const conditions = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
        const lastTransitionTime =
          (before?.status === 'False' && before.lastTransitionTime) || timestamp(clock.wall());
        const condition = {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message,
          lastTransitionTime,
        };
        await orGone(
          api.patch(
            resources.pods,
            refOf(key),
            { status: { conditions: [...conditions, condition] } },
            'status',
          ),
        );
      }
    },
  );
}

/** Waits for a node, and from this scheduler. */
function isOurs({ spec, metadata }: Pod): boolean {
  return (
    !spec?.nodeName &&
    (spec?.schedulerName ?? schedulerName) === schedulerName &&
    metadata?.deletionTimestamp === undefined &&
    (spec?.schedulingGates ?? []).length === 0
  );
}

/** Heartbeats change a node every few seconds; most of them change nothing that decides where pods fit. */
function mattersForScheduling(before: Node, after: Node): boolean {
  const relevant = ({ metadata, spec, status }: Node): string =>
    JSON.stringify([metadata?.labels, spec?.taints, spec?.unschedulable, status?.allocatable]);
  return relevant(before) !== relevant(after);
}
