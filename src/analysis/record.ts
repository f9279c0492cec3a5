import type { JournalEvent, RunStart, TrafficSecond } from '../journal/index.ts';
import { OpenbellError } from '../support/index.ts';
import { bandsPerDoubling, type LatencyBands } from './findings.ts';
import { bandsOf } from './histogram.ts';
import { latenciesOf, OkLatencies, type SecondLatencies } from './latencies.ts';
import { NameIndex, PodTable } from './pod-table.ts';

/** A second of traffic with what is bulky in it made small, so that the seconds of hours fit into memory. */
export interface Second extends Omit<TrafficSecond, 'pods' | 'service' | 'response'> {
  pods: PodTable;
  /** Response times of ok requests, as the journal has them; few seconds are ever compared by them. */
  okResponse: string | undefined;
  /** The same in bands; empty where they could not be read. */
  latencyBands: LatencyBands;
}

/** An event as analysis keeps it. */
export type RecordedEvent = Exclude<JournalEvent, TrafficSecond> | Second;

type EventOf<T extends RecordedEvent['type']> = Extract<RecordedEvent, { type: T }>;

/** A run's events, sorted into their types; within a type they keep the journal's order. */
export interface RunRecord {
  start: RunStart;
  events: readonly RecordedEvent[];
  /** All events of a type. */
  of<T extends RecordedEvent['type']>(type: T): readonly EventOf<T>[];
  /** The instant of the last thing known, ms; nothing in the findings lies after it. */
  endMs: number;
  /** Of all ok requests. A second that stands twice counts once. */
  latencies: OkLatencies;
}

/** Takes in a run event by event, so that no more of its journal need be in memory than is kept. */
export class Recording {
  readonly #events: RecordedEvent[] = [];
  readonly #byType = new Map<string, RecordedEvent[]>();
  readonly #names = new NameIndex();
  readonly #latencies = new OkLatencies();
  readonly #seconds = new Set<number>();
  #endMs = 0;

  /** @param latencies Those of the event, if they have been decoded already and it is a second of traffic. */
  take(event: JournalEvent, latencies?: SecondLatencies): void {
    this.#keep(
      event.type === 'traffic.second' ? this.#second(event, latencies ?? latenciesOf(event)) : event,
    );
    if (event.t > this.#endMs) this.#endMs = event.t;
  }

  /** @throws {OpenbellError} `JOURNAL_INVALID` when the first event is not the start of a run. */
  record(): RunRecord {
    const start = this.#events[0];
    if (start?.type !== 'run.start') {
      throw new OpenbellError(
        `expected events of a run, the first of which is run.start, got ${start?.type ?? 'none'}`,
        { code: 'JOURNAL_INVALID', hint: 'Read journals with readJournal, which checks this.' },
      );
    }
    return {
      start,
      events: this.#events,
      of: (type) => (this.#byType.get(type) ?? []) as EventOf<typeof type>[],
      endMs: this.#endMs,
      latencies: this.#latencies,
    };
  }

  #keep(event: RecordedEvent): void {
    this.#events.push(event);
    const sameType = this.#byType.get(event.type);
    if (sameType) sameType.push(event);
    else this.#byType.set(event.type, [event]);
  }

  #second(recorded: TrafficSecond, latencies: SecondLatencies): Second {
    const { pods, response, service, ...second } = recorded;
    void service; // its histograms are in `latencies`, decoded
    if (!this.#seconds.has(second.second)) this.#latencies.add(latencies);
    this.#seconds.add(second.second);
    return {
      ...second,
      pods: new PodTable(pods, this.#names),
      okResponse: response.ok,
      latencyBands: bandsOf(latencies.response.ok ?? null, bandsPerDoubling),
    };
  }
}
