/** Where pods are put, or why not. */
import type { Node, Pod } from '../../../src/kubernetes/objects.ts';
import { send } from './client.ts';
import { nominal, type Lab } from './lab.ts';
import { pod } from './objects.ts';
import { eventMessage } from './wait.ts';

export type PodSpec = NonNullable<Pod['spec']>;

/** Nodes that take ordinary pods, and how many there are in all. */
export async function nodes(): Promise<{
  workers: string[];
  all: number;
  labelsOf: (name: string) => Record<string, string>;
}> {
  const { items } = (await send<{ items: Node[] }>('GET', '/api/v1/nodes')).body;
  const isWorker = ({ spec }: Node): boolean =>
    !(spec?.taints ?? []).some(({ effect }) => effect !== 'PreferNoSchedule');
  return {
    workers: items.filter(isWorker).map(({ metadata }) => metadata?.name ?? ''),
    all: items.length,
    labelsOf: (name) => items.find(({ metadata }) => metadata?.name === name)?.metadata?.labels ?? {},
  };
}

export async function placed(
  lab: Lab,
  name: string,
  spec: Partial<PodSpec>,
  metadata: object = {},
): Promise<string> {
  await lab.create('pods', pod(name, spec, metadata));
  const { spec: bound } = await lab.eventually<Pod>(
    'pods',
    name,
    ({ spec }) => (spec?.nodeName ?? '') !== '',
    nominal(30),
  );
  return bound?.nodeName ?? '';
}

export async function notPlaced(lab: Lab, spec: Partial<PodSpec>, metadata: object = {}): Promise<string> {
  await lab.create('pods', pod('stuck', spec, metadata));
  const message = await eventMessage(lab, 'stuck', 'FailedScheduling');
  // The Event may be there before the status is.
  const isSaid = ({ status }: Pod): boolean =>
    (status?.conditions ?? []).some(
      ({ type, status, reason }) =>
        type === 'PodScheduled' && status === 'False' && reason === 'Unschedulable',
    );
  await lab.eventually<Pod>('pods', 'stuck', isSaid, nominal(30));
  return message;
}

export const hostname = 'kubernetes.io/hostname';
