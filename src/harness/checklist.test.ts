import { expect, test } from 'vitest';
import type { JournalEvent, Recorder } from '../journal/index.ts';
import { startChecklist } from './checklist.ts';

function recording() {
  const events: JournalEvent[] = [];
  const recorder: Recorder = {
    now: () => events.length,
    record: (event) => void events.push({ t: recorder.now(), ...event }),
  };
  return { events, recorder };
}

test('a step is journaled with its start and its end, and shown', async () => {
  const { events, recorder } = recording();
  const shown: string[] = [];
  const steps = startChecklist(recorder, { onStep: ({ name, state }) => shown.push(`${name} ${state}`) });
  expect(await steps.step('deploy', () => Promise.resolve(7))).toBe(7);
  expect(events.map((event) => event.type === 'run.step' && `${event.name} ${event.state}`)).toEqual([
    'deploy start',
    'deploy end',
  ]);
  expect(shown).toEqual(['deploy start', 'deploy end']);
});

test('a step that fails is journaled with why, and the failure goes on', async () => {
  const { events, recorder } = recording();
  const steps = startChecklist(recorder, {});
  await expect(steps.step('provision', () => Promise.reject(new Error('no room')))).rejects.toThrow(
    'no room',
  );
  expect(events.at(-1)).toMatchObject({ type: 'run.step', state: 'failed', message: 'no room' });
});

test('everything is undone, the last first, whatever fails', async () => {
  const { events, recorder } = recording();
  const steps = startChecklist(recorder, {});
  const undone: string[] = [];
  for (const what of ['the cluster', 'the namespace', 'the fault']) {
    steps.undoLater(what, () => {
      undone.push(what);
      return what === 'the namespace' ? Promise.reject(new Error('forbidden')) : Promise.resolve();
    });
  }
  await steps.undoAll(new AbortController().signal);
  await steps.undoAll(new AbortController().signal);
  expect(undone).toEqual(['the fault', 'the namespace', 'the cluster']);
  expect(events).toMatchObject([
    { type: 'note', level: 'warning', message: 'the namespace could not be undone: forbidden' },
  ]);
});

test('in a hurry everything that is left is begun, and what hangs is not waited for', async () => {
  const { recorder } = recording();
  const steps = startChecklist(recorder, {});
  const hurry = new AbortController();
  const begun: string[] = [];
  steps.undoLater('the cluster', () => {
    begun.push('the cluster');
    return Promise.resolve();
  });
  steps.undoLater('the faults', () => {
    begun.push('the faults');
    hurry.abort();
    return new Promise<void>(() => {});
  });
  await steps.undoAll(hurry.signal);
  expect(begun).toEqual(['the faults', 'the cluster']);
});
