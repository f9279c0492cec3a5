import type { JournalEvent, RunStart } from '../journal/index.ts';
import { OpenbellError } from '../support/index.ts';

type EventOf<T extends JournalEvent['type']> = Extract<JournalEvent, { type: T }>;

/** A run's events, sorted into their types; within a type they keep the journal's order. */
export interface RunRecord {
  start: RunStart;
  events: readonly JournalEvent[];
  /** All events of a type. */
  of<T extends JournalEvent['type']>(type: T): readonly EventOf<T>[];
  /** The instant of the last thing known, ms; nothing in the findings lies after it. */
  endMs: number;
}

/** @throws {OpenbellError} `JOURNAL_INVALID` when the first event is not the start of a run. */
export function recordOf(events: readonly JournalEvent[]): RunRecord {
  const start = events[0];
  if (start?.type !== 'run.start') {
    throw new OpenbellError(
      `expected events of a run, the first of which is run.start, got ${start?.type ?? 'none'}`,
      { code: 'JOURNAL_INVALID', hint: 'Read journals with readJournal, which checks this.' },
    );
  }
  const byType = new Map<string, JournalEvent[]>();
  let endMs = 0;
  for (const event of events) {
    const sameType = byType.get(event.type);
    if (sameType) sameType.push(event);
    else byType.set(event.type, [event]);
    if (event.t > endMs) endMs = event.t;
  }
  return {
    start,
    events,
    of: (type) => (byType.get(type) ?? []) as EventOf<typeof type>[],
    endMs,
  };
}
