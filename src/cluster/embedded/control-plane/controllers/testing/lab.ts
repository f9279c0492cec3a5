/** A cluster state on stepped time, with controllers and a stand-in for the kubelets of its nodes. */
import { onTestFinished } from 'vitest';
import { rest, SteppedClock } from '../../../../../../test/support/stepped-clock.ts';
import { effectiveTimings, type Timings } from '../../../../spec.ts';
import { resources, type Api } from '../../../api.ts';
import type { Event, Pod } from '../../../objects.ts';
import { createApiContext, createLocalApi } from '../../api-server/index.ts';
import type { ControllerContext, Running, StartController } from '../machinery/controller.ts';
import { namespace } from './objects.ts';

export interface Lab extends ControllerContext {
  clock: SteppedClock;
  /** What components have logged: nothing, when all goes well. */
  lines: string[];
  /** Starts a component; it is stopped when the test ends. */
  start(component: StartController): Running;
  pods(): Promise<Pod[]>;
  /** Messages of the Events of that reason, oldest first. */
  messages(reason: string): Promise<string[]>;
}

export async function newLab({ speedup = 1, ...overrides }: Partial<Timings> = {}): Promise<Lab> {
  const clock = new SteppedClock();
  const timings = effectiveTimings(speedup, overrides);
  const state = await createApiContext({ timings, clock, addresses: { mode: 'range', block: 64 } });
  const api = createLocalApi(state);
  const lines: string[] = [];
  const context = { api, clock, timings, log: (line: string) => lines.push(line) };
  return {
    ...context,
    lines,
    start(component) {
      const running = component(context);
      onTestFinished(() => running.stop());
      return running;
    },
    pods: async () => (await api.list(resources.pods, { namespace })).items,
    async messages(reason) {
      await rest();
      const { items } = await api.list(resources.events);
      const age = ({ metadata }: Event): number => Number(metadata.resourceVersion);
      return items
        .filter((event) => event.reason === reason)
        .sort((a, b) => age(a) - age(b))
        .map(({ message }) => message ?? '');
    },
  };
}

/**
 * Does to pods what kubelets would: those bound to a node run and become ready, those that are to go are gone. Nodes in
 * `dead` do nothing.
 */
export function kubelets({ startupMs = 0, dead = new Set<string>() } = {}): StartController {
  return ({ api, clock }) => {
    const stopping = new AbortController();
    const { signal } = stopping;
    let address = 1;
    const started = new Set<string | undefined>();
    const loop = async (): Promise<void> => {
      const watched = api.watch(resources.pods, { resourceVersion: '0', signal });
      for await (const event of watched) {
        if (event.type === 'ADDED' || event.type === 'MODIFIED') act(event.object).catch(() => undefined);
      }
    };
    const act = async (pod: Pod): Promise<void> => {
      const ref = { namespace: pod.metadata?.namespace, name: pod.metadata?.name ?? '' };
      const nodeName = pod.spec?.nodeName;
      if (nodeName === undefined || dead.has(nodeName)) return;
      if (pod.metadata?.deletionTimestamp !== undefined) {
        await api.delete(resources.pods, ref, { gracePeriodSeconds: 0 }).catch(() => undefined);
      } else if (pod.status?.phase === 'Pending' && !started.has(pod.metadata?.uid)) {
        started.add(pod.metadata?.uid);
        await clock.sleep(startupMs, signal);
        if (dead.has(nodeName)) return;
        address += 1;
        await setReady(api, pod, { ready: true, podIP: `127.64.1.${address}`, at: clock.wall() });
      }
    };
    const done = loop().catch(() => undefined);
    return {
      async stop() {
        stopping.abort(new Error('the test is over'));
        await done;
      },
    };
  };
}

/** Writes a pod's readiness, as its kubelet does. */
export async function setReady(
  api: Api,
  { metadata, status }: Pod,
  { ready, podIP, at }: { ready: boolean; podIP?: string; at: number },
): Promise<void> {
  const conditions = (status?.conditions ?? []).filter(({ type }) => type !== 'Ready');
  const lastTransitionTime = new Date(at).toISOString();
  const changes = {
    phase: 'Running',
    startTime: status?.startTime ?? lastTransitionTime,
    conditions: [...conditions, { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime }],
    ...(podIP && { podIP, podIPs: [{ ip: podIP }] }),
  };
  const ref = { namespace: metadata?.namespace, name: metadata?.name ?? '' };
  await api.patch(resources.pods, ref, { status: changes }, 'status').catch(() => undefined);
}
