import {
  ApiError,
  type Api,
  type DeleteOptions,
  type List,
  type ListOptions,
  type ObjectRef,
  type ResourceType,
  type WatchEvent,
} from '../../api.ts';
import type { KubeObject, Scale } from '../../objects.ts';
import { clone } from '../store/index.ts';
import { kindOf } from './kinds/registry.ts';
import type { Context } from './kinds/strategy.ts';
import { bind } from './requests/bind.ts';
import { create } from './requests/create.ts';
import { mergePatch } from './requests/merge-patch.ts';
import { list, read } from './requests/read.ts';
import { remove } from './requests/remove.ts';
import { scaleOf, withScale } from './requests/scale.ts';
import { update } from './requests/update.ts';
import { watch } from './requests/watch.ts';

/**
 * The API for components inside the control-plane process: the same checks as over HTTPS, without the way there.
 * What `get` and the writing verbs return is the caller's own copy; what `list` and `watch` give is shared and frozen.
 */
export function createLocalApi(context: Context): Api {
  return {
    async get<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef): Promise<T> {
      return clone(read(context, kindOf(type), ref)) as T;
    },
    async list<T extends KubeObject>(type: ResourceType<T>, options: ListOptions = {}): Promise<List<T>> {
      const items = list(context, kindOf(type), options) as KubeObject[] as T[];
      return { resourceVersion: String(context.store.revision), items };
    },
    async create<T extends KubeObject>(type: ResourceType<T>, object: T): Promise<T> {
      return clone(await create(context, kindOf(type), object)) as T;
    },
    async update<T extends KubeObject>(type: ResourceType<T>, object: T): Promise<T> {
      return clone(await update(context, kindOf(type), refOf(object), () => object)) as T;
    },
    async updateStatus<T extends KubeObject>(type: ResourceType<T>, object: T): Promise<T> {
      const options = { subresource: 'status' } as const;
      return clone(await update(context, kindOf(type), refOf(object), () => object, options)) as T;
    },
    async patch<T extends KubeObject>(
      type: ResourceType<T>,
      ref: ObjectRef,
      patch: object,
      subresource?: 'status' | 'scale' | 'finalize',
    ): Promise<T> {
      if (subresource !== 'scale') {
        const apply = (current: KubeObject) => mergePatch(current, patch) as KubeObject;
        return clone(await update(context, kindOf(type), ref, apply, { subresource })) as T;
      }
      const scaled = await update(context, kindOf(type), ref, (current) =>
        withScale(current, mergePatch(scaleOf(current), patch) as Scale),
      );
      return scaleOf(scaled) as KubeObject as T;
    },
    async delete<T extends KubeObject>(
      type: ResourceType<T>,
      ref: ObjectRef,
      options: DeleteOptions = {},
    ): Promise<void> {
      remove(context, kindOf(type), ref, options);
    },
    async bind(pod: ObjectRef, node: string): Promise<void> {
      bind(context, pod, node);
    },
    watch<T extends KubeObject>(
      type: ResourceType<T>,
      options: ListOptions & { resourceVersion: string; signal: AbortSignal },
    ): AsyncIterable<WatchEvent<T>> {
      return localWatch<T>(context, type, options);
    },
  };
}

/** The changes as they happen, queued for a consumer who takes its time. */
async function* localWatch<T extends KubeObject>(
  { store }: Context,
  type: ResourceType<T>,
  { signal, ...options }: ListOptions & { resourceVersion: string; signal: AbortSignal },
): AsyncGenerator<WatchEvent<T>> {
  const queue: WatchEvent<T>[] = [];
  let wake = Promise.withResolvers<void>();
  let stop: () => void;
  try {
    stop = watch(store, kindOf(type), options, (change) => {
      queue.push(change as WatchEvent<KubeObject> as WatchEvent<T>);
      wake.resolve();
    });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 410) throw error;
    yield { type: 'ERROR', object: error.status };
    return;
  }
  const onAbort = (): void => wake.resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      wake = Promise.withResolvers<void>();
      while (queue.length > 0 && !signal.aborted) yield queue.shift() as WatchEvent<T>;
      if (!signal.aborted && queue.length === 0) await wake.promise;
    }
  } finally {
    stop();
    signal.removeEventListener('abort', onAbort);
  }
}

function refOf({ metadata }: KubeObject): ObjectRef {
  return { namespace: metadata?.namespace, name: metadata?.name ?? '' };
}
