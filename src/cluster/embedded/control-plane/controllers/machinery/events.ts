import { randomInt } from 'node:crypto';
import { messageOf } from '../../../../../support/index.ts';
import { resources } from '../../../api.ts';
import type { Event, KubeObject } from '../../../objects.ts';
import type { ControllerContext } from './controller.ts';
import { timestamp } from './timestamps.ts';

/** Events of one reason on one object that differ only in their message are told apart this often, … */
const similarLimit = 10;
/** … within this long (nominal); then they are combined. */
const similarWindowMs = 600_000;
/** How many different events are remembered, to count repeats. */
const remembered = 4096;

/**
 * Writes Events as Kubernetes' recorder does: a repeat raises the count of the first, and many similar ones become one
 * whose message starts with "(combined from similar events): ". Never fails and never makes the caller wait.
 */
export class EventRecorder {
  readonly #context: ControllerContext;
  readonly #component: string;
  readonly #written = new Map<string, { name: string; count: number }>();
  readonly #similar = new Map<string, { messages: Set<string>; lastMs: number }>();
  #chain: Promise<void> = Promise.resolve();
  #lastStamp = 0n;

  constructor(context: ControllerContext, component: string) {
    this.#context = context;
    this.#component = component;
  }

  normal(about: KubeObject, reason: string, message: string): void {
    this.#record(about, { type: 'Normal', reason, message });
  }

  warning(about: KubeObject, reason: string, message: string): void {
    this.#record(about, { type: 'Warning', reason, message });
  }

  /** Resolves when everything recorded so far is written. */
  flushed(): Promise<void> {
    return this.#chain;
  }

  #record(about: KubeObject, what: { type: string; reason: string; message: string }): void {
    const involved = involvedObject(about);
    const group = [involved.uid, involved.name, what.type, what.reason].join('\n');
    const combined = this.#isFlood(group, what.message);
    const message = combined ? `(combined from similar events): ${what.message}` : what.message;
    const key = combined ? group : `${group}\n${what.message}`;
    const wallMs = this.#context.clock.wall();
    this.#chain = this.#chain.then(() =>
      this.#write(key, { ...what, message, involved, wallMs }).catch((error: unknown) => {
        this.#context.log(`event ${what.reason} of ${involved.name} was not written: ${messageOf(error)}`);
      }),
    );
  }

  #isFlood(group: string, message: string): boolean {
    const nowMs = this.#context.clock.now();
    const windowMs = similarWindowMs / this.#context.timings.speedup;
    const seen = this.#similar.get(group);
    const current =
      seen !== undefined && nowMs - seen.lastMs <= windowMs
        ? seen
        : { messages: new Set<string>(), lastMs: nowMs };
    current.lastMs = nowMs;
    const isFlood = current.messages.size >= similarLimit && !current.messages.has(message);
    if (!isFlood) current.messages.add(message);
    remember(this.#similar, group, current);
    return isFlood;
  }

  async #write(
    key: string,
    what: { type: string; reason: string; message: string; involved: Involved; wallMs: number },
  ): Promise<void> {
    const { api } = this.#context;
    const { involved, message, type, reason, wallMs } = what;
    const namespace = involved.namespace ?? 'default';
    const now = timestamp(wallMs);
    const before = this.#written.get(key);
    if (before !== undefined) {
      const count = before.count + 1;
      const patch = { count, message, lastTimestamp: now };
      const patched = await api
        .patch(resources.events, { namespace, name: before.name }, patch)
        .catch(() => undefined);
      if (patched !== undefined) {
        remember(this.#written, key, { name: before.name, count });
        return;
      }
    }
    const name = `${involved.name}.${this.#stamp(wallMs)}`;
    remember(this.#written, key, { name, count: 1 });
    const event: Event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: involved,
      type,
      reason,
      message,
      source: { component: this.#component },
      reportingComponent: this.#component,
      reportingInstance: '',
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
    await api.create(resources.events, event);
  }

  /** Nanoseconds since 1970 in hexadecimal; those below the millisecond keep different recorders' names apart. */
  #stamp(wallMs: number): string {
    const stamp = BigInt(Math.trunc(wallMs)) * 1_000_000n + BigInt(randomInt(1_000_000));
    this.#lastStamp = stamp > this.#lastStamp ? stamp : this.#lastStamp + 1n;
    return this.#lastStamp.toString(16);
  }
}

type Involved = Event['involvedObject'];

function involvedObject({ apiVersion, kind, metadata }: KubeObject): Involved & { name: string } {
  return {
    ...(apiVersion && { apiVersion }),
    ...(kind && { kind }),
    ...(metadata?.namespace && { namespace: metadata.namespace }),
    name: metadata?.name ?? '',
    ...(metadata?.uid && { uid: metadata.uid }),
    ...(metadata?.resourceVersion && { resourceVersion: metadata.resourceVersion }),
  };
}

/** Keeps the newest entries only. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > remembered) map.delete(map.keys().next().value ?? '');
}
