/** What cases wait for most often. */
import type { Deployment, Event, Pod } from '../../../src/kubernetes/objects.ts';
import { until } from '../../../src/support/index.ts';
import { nominal, type Lab } from './lab.ts';

/** A pod whose containers run. */
export function running(lab: Lab, name: string): Promise<Pod> {
  return lab.eventually<Pod>('pods', name, ({ status }) => status?.phase === 'Running', nominal(60));
}

export function isReady({ status }: Pod): boolean {
  return (status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
}

export function ready(lab: Lab, name: string): Promise<Pod> {
  return lab.eventually<Pod>('pods', name, isReady, nominal(60));
}

/** A pod that has ended by itself. */
export function ended(lab: Lab, name: string): Promise<Pod> {
  const hasEnded = ({ status }: Pod): boolean => /Succeeded|Failed/.test(status?.phase ?? '');
  return lab.eventually<Pod>('pods', name, hasEnded, nominal(60));
}

/** A Deployment all of whose pods are of the newest template and available. */
export function rolledOut(lab: Lab, name: string): Promise<Deployment> {
  return lab.eventually<Deployment>(
    'deployments',
    name,
    ({ metadata, spec, status }) =>
      status?.observedGeneration === metadata?.generation &&
      (status?.updatedReplicas ?? 0) === (spec?.replicas ?? 1) &&
      (status?.availableReplicas ?? 0) === (spec?.replicas ?? 1) &&
      (status?.replicas ?? 0) === (spec?.replicas ?? 1),
    nominal(60),
  );
}

/** What a pod printed. */
export async function printed(lab: Lab, name: string): Promise<string> {
  const { body } = await lab.get<string & object>('pods', name, 'log');
  return body;
}

/** Waits for an Event of that reason about an object, and gives its message. */
export async function eventMessage(lab: Lab, name: string, reason: string): Promise<string> {
  const fieldSelector = `involvedObject.name=${name},reason=${reason}`;
  const [event] = await until(
    async () => {
      const { items } = (await lab.list<Event>('events', { fieldSelector })).body;
      return items.length > 0 ? items : undefined;
    },
    { what: `an event ${reason} of ${name}`, deadlineMs: nominal(60) * 1000 },
  );
  return event?.message ?? '';
}

/** Waits until all that a pod has printed is this. */
export async function hasPrinted(lab: Lab, name: string, text: string): Promise<void> {
  const what = `${JSON.stringify(text)} in the log of ${name}`;
  await until(async () => (await printed(lab, name)) === text, { what, deadlineMs: nominal(60) * 1000 });
}
