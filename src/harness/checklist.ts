import type { Recorder, RunStep } from '../journal/index.ts';
import { messageOf, systemClock } from '../support/index.ts';
import type { RunObserver } from './observer.ts';

/** The named steps of a run, each with its start, its end and what undoes it. */
export interface Checklist {
  /** Does a step. What it throws is journaled and thrown on. */
  step<T>(name: RunStep['name'], action: () => Promise<T>): Promise<T>;
  /** Remembers how to undo something that was done; the last one done is undone first. */
  undoLater(what: string, undo: () => Promise<void>): void;
  /**
   * Undoes everything remembered, whatever fails; what could not be undone is journaled. Once `hurry` aborts, all that is left
   * is begun at once and given a second.
   */
  undoAll(hurry: AbortSignal): Promise<void>;
}

/** What a person who interrupts twice is made to wait for at most. */
const hurryMs = 1_000;

/** A checklist that journals each step and tells the observer. */
export function startChecklist(recorder: Recorder, observer: RunObserver): Checklist {
  const undos: { what: string; undo: () => Promise<void> }[] = [];

  function show(step: Parameters<NonNullable<RunObserver['onStep']>>[0]): void {
    const { name, state, message } = step;
    recorder.record({ type: 'run.step', name, state, ...(message === undefined ? {} : { message }) });
    observer.onStep?.(step);
  }

  function undo({ what, undo }: (typeof undos)[number]): Promise<void> {
    return undo().catch((error: unknown) => {
      const message = `${what} could not be undone: ${messageOf(error)}`;
      recorder.record({ type: 'note', level: 'warning', message });
    });
  }

  return {
    step: async (name, action) => {
      const startedAt = recorder.now();
      show({ name, state: 'start' });
      try {
        const result = await action();
        show({ name, state: 'end', tookMs: recorder.now() - startedAt });
        return result;
      } catch (error) {
        show({ name, state: 'failed', message: messageOf(error), tookMs: recorder.now() - startedAt });
        throw error;
      }
    },
    undoLater: (what, undo) => void undos.push({ what, undo }),
    undoAll: async (hurry) => {
      const hurried = untilAborted(hurry);
      for (let entry = undos.pop(); entry !== undefined; entry = undos.pop()) {
        const undone = undo(entry);
        if (!hurry.aborted) await Promise.race([undone, hurried]);
        if (!hurry.aborted) continue;
        const rest = [undone, ...undos.splice(0).toReversed().map(undo)];
        await Promise.race([Promise.all(rest), systemClock.sleep(hurryMs)]);
      }
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
