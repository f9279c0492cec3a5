import { messageOf, type Clock } from '../../../../support/index.ts';
import { resources, type Api } from '../../api.ts';
import type { Event } from '../../objects.ts';

/** What an event is about. */
export type EventSubject = Event['involvedObject'];

/** Different events of one subject are remembered for counting, at most this many in all. */
const remembered = 4_096;

/**
 * Writes Events, in order and without keeping anybody waiting. The same thing happening again counts up the event that is there
 * already, as Kubernetes' recorder does. Events that the API does not take are dropped.
 */
export class EventRecorder {
  readonly #options: { api: Api; node: string; clock: Clock; log: (message: string) => void };
  readonly #known = new Map<string, { name: string; count: number }>();
  #queue: Promise<void> = Promise.resolve();
  #sequence = 0;

  constructor(options: { api: Api; node: string; clock: Clock; log: (message: string) => void }) {
    this.#options = options;
  }

  record(involvedObject: EventSubject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const at = new Date(this.#options.clock.wall()).toISOString();
    this.#queue = this.#queue
      .then(() => this.#write({ involvedObject, type, reason, message }, at))
      .catch((error: unknown) => this.#options.log(`event ${reason} was dropped: ${messageOf(error)}`));
  }

  async #write(
    event: Pick<Event, 'involvedObject' | 'type' | 'reason' | 'message'>,
    at: string,
  ): Promise<void> {
    const { api, node, clock } = this.#options;
    const { involvedObject: subject } = event;
    const namespace = subject.namespace ?? 'default';
    const key = [subject.uid, subject.fieldPath, event.type, event.reason, event.message].join('\n');
    const known = this.#known.get(key);
    if (known !== undefined) {
      known.count += 1;
      const again = { count: known.count, lastTimestamp: at };
      await api.patch(resources.events, { namespace, name: known.name }, again);
      return;
    }
    this.#sequence += 1;
    const unique = (
      BigInt(Math.trunc(clock.wall())) * 1_000_000n +
      BigInt(this.#sequence % 1_000_000)
    ).toString(16);
    const name = `${subject.name}.${unique}`;
    if (this.#known.size >= remembered) this.#known.clear();
    this.#known.set(key, { name, count: 1 });
    await api.create(resources.events, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace, name },
      ...event,
      source: { component: 'kubelet', host: node },
      reportingComponent: 'kubelet',
      reportingInstance: node,
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
    });
  }
}
