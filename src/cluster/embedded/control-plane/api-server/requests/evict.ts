import type { DeleteOptions, ObjectRef } from '../../../api.ts';
import type { Stored } from '../../store/index.ts';
import { pods } from '../kinds/pods.ts';
import type { Context } from '../kinds/strategy.ts';
import { remove } from './remove.ts';

/** pods/eviction: deletes a pod as `kubectl drain` asks for it. @throws {ApiError} 404. */
export function evict(context: Context, ref: ObjectRef, options: DeleteOptions = {}): Stored {
  return remove(context, pods, ref, options).object;
}
