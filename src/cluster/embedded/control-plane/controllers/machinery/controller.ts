/** What every controller is made of: caches that follow the API, a queue of keys, a recorder of Events. */
import { messageOf, type Clock } from '../../../../../support/index.ts';
import type { Timings } from '../../../../spec.ts';
import { ApiError, type Api, type ListOptions, type ResourceType } from '../../../api.ts';
import { startInformer, type Informer, type InformerHandlers } from '../../../informer.ts';
import type { KubeObject } from '../../../objects.ts';
import { EventRecorder } from './events.ts';
import { WorkQueue } from './work-queue.ts';

/** What a controller (and the scheduler) needs of the outside. */
export interface ControllerContext {
  api: Api;
  clock: Clock;
  timings: Timings;
  /** Takes one line for the component's log. */
  log: (line: string) => void;
}

/** A controller that runs. */
export interface Running {
  /** Resolves when nothing is being written any more. */
  stop(): Promise<void>;
}

/** Starts a controller; it works from the moment its caches are filled. */
export type StartController = (context: ControllerContext) => Running;

/** A cache that knows how far it has come. */
export interface Followed<T> extends Informer<T> {
  /** Version of the latest object that was seen. */
  revision(): number;
}

/** What a controller's set-up is handed. */
export interface Workbench extends ControllerContext {
  signal: AbortSignal;
  queue: WorkQueue;
  events: EventRecorder;
  /** Follows a kind; the queue opens when every followed kind has been listed. */
  follow: <T extends KubeObject>(
    type: ResourceType<T>,
    handlers?: InformerHandlers<T>,
    options?: ListOptions,
  ) => Followed<T>;
  /** Calls `task` when the caches are filled and then every `periodMs`. */
  every: (periodMs: number, task: () => void | Promise<void>) => void;
}

export interface ControllerOptions {
  /** Name in log lines. */
  name: string;
  /** `source.component` of its Events. */
  component: string;
  /** How many keys are worked on at once. */
  concurrency?: number;
}

/**
 * Runs a controller: `setUp` starts the caches and returns what is done for one key. A rejection brings the key back
 * with a growing delay; it is logged unless another writer was simply faster.
 */
export function runController(
  context: ControllerContext,
  { name, component, concurrency = 8 }: ControllerOptions,
  setUp: (workbench: Workbench) => (key: string) => Promise<void>,
): Running {
  const stopping = new AbortController();
  const { signal } = stopping;
  const { api, clock, log } = context;
  const synced: Promise<void>[] = [];
  const periodic: { periodMs: number; task: () => void | Promise<void> }[] = [];
  const queue = new WorkQueue({ clock, work: (key) => work(key), onError: report, concurrency, signal });
  const events = new EventRecorder(context, component);
  const work = setUp({
    ...context,
    signal,
    queue,
    events,
    follow(type, handlers = {}, options = {}) {
      let revision = 0;
      const note = ({ metadata }: KubeObject): void => {
        revision = Math.max(revision, Number(metadata?.resourceVersion ?? 0));
      };
      const informer = startInformer(api, type, {
        signal,
        clock,
        options,
        handlers: {
          added(object) {
            note(object);
            handlers.added?.(object);
          },
          modified(previous, object) {
            note(object);
            handlers.modified?.(previous, object);
          },
          deleted(object) {
            note(object);
            handlers.deleted?.(object);
          },
        },
      });
      synced.push(informer.synced);
      return { ...informer, revision: () => revision };
    },
    every: (periodMs, task) => periodic.push({ periodMs, task }),
  });
  const loops = Promise.all(synced).then(
    () => {
      queue.open();
      return Promise.all(periodic.map(loop));
    },
    () => undefined,
  );
  return {
    async stop() {
      stopping.abort(new Error(`${name} stops`));
      await loops;
      await queue.idle();
      await events.flushed();
    },
  };

  async function loop({ periodMs, task }: (typeof periodic)[number]): Promise<void> {
    let due = clock.now();
    while (!signal.aborted) {
      try {
        await task();
      } catch (error) {
        report('periodic work', error);
      }
      // Rounds that were missed (a machine that slept) are not made up for.
      due = Math.max(due + periodMs, clock.now());
      await clock.sleep(due - clock.now(), signal).catch(() => undefined);
    }
  }

  function report(key: string, error: unknown): void {
    if (signal.aborted || isConflict(error)) return;
    log(`${name}: ${key}: ${messageOf(error)}`);
  }
}

/** Another writer was faster; trying again with fresh objects helps. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.code === 409;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404;
}

/** Resolves with undefined where the object is not there (any more). */
export async function orGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
