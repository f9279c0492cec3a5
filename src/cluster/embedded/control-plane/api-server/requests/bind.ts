import type { ObjectRef } from '../../../api.ts';
import type { Pod } from '../../../objects.ts';
import { conflict } from '../errors.ts';
import { pods } from '../kinds/pods.ts';
import type { Context } from '../kinds/strategy.ts';
import type { Stored } from '../../store/index.ts';
import { tableName } from '../../store/index.ts';
import { wholeSeconds } from './create.ts';
import { read } from './read.ts';

/**
 * pods/binding: puts a pod on a node and says so in its condition PodScheduled.
 *
 * @throws {ApiError} 404, or 409 when the pod is on a node already or is being deleted.
 */
export function bind(context: Context, ref: ObjectRef, node: string): Stored {
  const pod = read(context, pods, ref) as Stored & Pod;
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw conflict(
      { group: '', plural: 'pods/binding', kind: 'Pod' },
      ref.name,
      `pod ${ref.name} is being deleted, cannot be assigned to a host`,
    );
  }
  if (pod.spec?.nodeName) {
    throw conflict(
      { group: '', plural: 'pods/binding', kind: 'Pod' },
      ref.name,
      `pod ${ref.name} is already assigned to node "${pod.spec.nodeName}"`,
    );
  }
  const lastTransitionTime = wholeSeconds(context.clock.wall());
  const conditions = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  const bound: Stored & Pod = {
    ...pod,
    spec: { ...(pod.spec ?? { containers: [] }), nodeName: node },
    status: {
      ...pod.status,
      conditions: [...conditions, { type: 'PodScheduled', status: 'True', lastTransitionTime }],
    },
  };
  return context.store.write(tableName(pods.type), bound);
}
