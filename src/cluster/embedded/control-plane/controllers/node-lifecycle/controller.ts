import { resources } from '../../../api.ts';
import type { Node, Pod } from '../../../objects.ts';
import {
  isConflict,
  orGone,
  runController,
  type ControllerContext,
  type Running,
} from '../machinery/controller.ts';
import { isReady, isTerminal } from '../machinery/pods.ts';
import type { Taint } from '../machinery/taints.ts';
import { timestamp } from '../machinery/timestamps.ts';
import { lostConditions, observe, readiness, type NodeHealth } from './health.ts';
import { noExecuteKey, unreadyKey, withNoExecute, withNoSchedule } from './node-taints.ts';
import { Zones } from './zones.ts';

const leaseNamespace = 'kube-node-lease';
/** How long (nominal) a node that never posted its status may take to do so. */
const startupGraceMs = 60_000;
/** Key of the queue under which nodes are marked for eviction; no node can be called that. */
const markDue = '(mark nodes for eviction)';

/**
 * Watches over nodes: finds out when a kubelet is silent for too long, says so in the node's conditions, takes its pods
 * out of service at once, keeps new pods away by taints, and marks the node for eviction at the pace of the brake.
 */
export function startNodeLifecycleController(context: ControllerContext): Running {
  const { api, clock, timings } = context;
  const options = { name: 'node-lifecycle', component: 'node-controller' };
  return runController(context, options, ({ follow, queue, events, every, signal }) => {
    const health = new Map<string, NodeHealth>();
    /** Readiness as it was last acted upon. */
    const actedOn = new Map<string, string>();
    const zones = new Zones(timings.evictionPeriodMs);
    const nodes = follow(resources.nodes, {
      added(node) {
        const name = nameOf(node);
        events.normal(node, 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`);
        queue.add(name);
      },
      modified: (_, node) => queue.add(nameOf(node)),
      deleted(node) {
        const name = nameOf(node);
        events.normal(node, 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`);
        health.delete(name);
        actedOn.delete(name);
        zones.dequeue(name);
      },
    });
    const leases = follow(resources.leases, {}, { namespace: leaseNamespace });
    const pods = follow(resources.pods, {
      added: (pod) => onAssigned(pod),
      modified(previous, pod) {
        if (previous.spec?.nodeName !== pod.spec?.nodeName) onAssigned(pod);
      },
    });
    every(timings.nodeMonitorPeriodMs, monitor);
    return (key) => (key === markDue ? markNodes() : sync(key));

    /** A pod that is found on a node that is not ready is not ready either. */
    function onAssigned(pod: Pod): void {
      const name = pod.spec?.nodeName;
      if (name === undefined || !isReady(pod) || (actedOn.get(name) ?? 'True') === 'True') return;
      actedOn.delete(name);
      queue.add(name);
    }

    async function monitor(): Promise<void> {
      const nowMs = clock.now();
      const stock: Node[] = [];
      for (const node of nodes.list()) stock.push(await check(node, nowMs));
      const turn = zones.assess(stock, nowMs);
      if (turn === 'lost') for (const node of stock) await setNoExecute(nameOf(node), null);
      if (turn === 'found') for (const known of health.values()) known.heardAtMs = nowMs;
      queue.add(markDue);
    }

    /** @returns the node as it is afterwards. */
    async function check(node: Node, nowMs: number): Promise<Node> {
      const name = nameOf(node);
      const seen = observe(health.get(name), { node, lease: leases.get(leaseNamespace, name), nowMs });
      health.set(name, seen);
      const graceMs = seen.hasPosted ? timings.nodeMonitorGraceMs : startupGraceMs / timings.speedup;
      const isLost = nowMs - seen.heardAtMs > graceMs;
      const conditions = isLost ? lostConditions(node, now()) : undefined;
      const patched =
        conditions &&
        (await orGone(api.patch(resources.nodes, { name }, { status: { conditions } }, 'status')));
      const current = patched ?? node;
      await arrangeEviction(current);
      return current;
    }

    /** Marks go on at the pace of the zone; they change and come off at once. */
    async function arrangeEviction(node: Node): Promise<void> {
      const name = nameOf(node);
      const [key, marked] = [unreadyKey(node), noExecuteKey(node)];
      if (key !== null && marked === undefined) return zones.enqueue(node);
      zones.dequeue(name);
      if (key !== (marked ?? null)) await setNoExecute(name, key);
    }

    async function markNodes(): Promise<void> {
      for (const name of zones.due(clock.now())) {
        await updateTaints(name, (node) =>
          unreadyKey(node) === null ? undefined : withNoExecute(node, unreadyKey(node), now()),
        );
      }
      const nextMs = zones.nextDueInMs(clock.now());
      if (nextMs !== undefined) queue.addAfter(markDue, nextMs);
    }

    /** What follows from a node's conditions at once: taints that keep pods away, and its pods' readiness. */
    async function sync(name: string): Promise<void> {
      const node = nodes.get(undefined, name);
      if (node === undefined) return;
      const ready = readiness(node);
      const before = actedOn.get(name);
      if (ready !== 'True' && before !== ready) {
        if (before === 'True') {
          events.normal(node, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
        }
        const here = pods.list().filter(({ spec }) => spec?.nodeName === name);
        await Promise.all(here.map((pod) => markNotReady(pod)));
      }
      actedOn.set(name, ready);
      if (withNoSchedule(node, now()) === undefined) return;
      await updateTaints(name, (current) => withNoSchedule(current, now()));
    }

    async function markNotReady(pod: Pod): Promise<void> {
      if (!isReady(pod) || isTerminal(pod)) return;
      const conditions = (pod.status?.conditions ?? []).map((condition) =>
        condition.type === 'Ready' ? { ...condition, status: 'False', lastTransitionTime: now() } : condition,
      );
      events.warning(pod, 'NodeNotReady', 'Node is not ready');
      const { namespace, name = '' } = pod.metadata ?? {};
      await orGone(api.patch(resources.pods, { namespace, name }, { status: { conditions } }, 'status'));
    }

    function setNoExecute(name: string, key: string | null): Promise<void> {
      return updateTaints(name, (node) => withNoExecute(node, key, now()));
    }

    /** Works on the node as it is now: the kubelet, people and this controller write to it at the same time. */
    async function updateTaints(name: string, change: (node: Node) => Taint[] | undefined): Promise<void> {
      for (;;) {
        const node = await orGone(api.get(resources.nodes, { name }));
        const taints = node && change(node);
        if (node === undefined || taints === undefined) return;
        try {
          await orGone(api.update(resources.nodes, withTaints(node, taints)));
          return;
        } catch (error) {
          if (!isConflict(error) || signal.aborted) throw error;
        }
      }
    }

    function now(): string {
      return timestamp(clock.wall(), timings.speedup);
    }
  });
}

function nameOf({ metadata }: Node): string {
  return metadata?.name ?? '';
}

function withTaints(node: Node, taints: Taint[]): Node {
  const { taints: _, ...spec } = node.spec ?? {};
  return { ...node, spec: { ...spec, ...(taints.length > 0 && { taints }) } };
}
