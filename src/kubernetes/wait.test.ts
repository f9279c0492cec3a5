import { expect, test } from 'vitest';
import { waitUntil } from './wait.ts';

function changing() {
  const listeners = new Set<() => void>();
  return {
    listeners,
    change: () => listeners.forEach((listener) => listener()),
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

test('resolves in the moment of the change that brings it, and listens no longer', async () => {
  const objects = changing();
  let ready = 0;
  const waited = waitUntil([objects], () => ready >= 2 && `${ready} ready`, {
    what: 'pods',
    deadlineMs: 5_000,
  });
  ready = 1;
  objects.change();
  ready = 2;
  objects.change();
  expect(await waited).toBe('2 ready');
  expect(objects.listeners.size).toBe(0);
});

test('says what it waited for and what is there instead', async () => {
  const waited = waitUntil([changing()], () => false, {
    what: '3 ready pods',
    deadlineMs: 20,
    explain: () => 'pod a: Pending, ImagePullBackOff',
  });
  await expect(waited).rejects.toMatchObject({
    code: 'DEADLINE',
    message: 'gave up waiting for 3 ready pods after 0.02 s: pod a: Pending, ImagePullBackOff',
  });
});

test('aborting ends the wait with the reason', async () => {
  const abort = new AbortController();
  const objects = changing();
  const waited = waitUntil([objects], () => false, {
    what: 'nothing',
    deadlineMs: 5_000,
    signal: abort.signal,
  });
  abort.abort(new Error('interrupted'));
  await expect(waited).rejects.toThrow('interrupted');
  expect(objects.listeners.size).toBe(0);
});
