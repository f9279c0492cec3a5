import { expect, test } from 'vitest';
import { OpenbellError } from './errors.ts';
import { until } from './until.ts';

test('resolves with the first thing seen', async () => {
  let looks = 0;
  const seen = await until(() => ((looks += 1) < 3 ? undefined : looks), {
    what: 'it',
    deadlineMs: 1000,
    everyMs: 1,
  });
  expect(seen).toBe(3);
});

test('gives up at the deadline, saying what it waited for and what it last met', async () => {
  const waiting = until(
    () => {
      throw new Error('refused');
    },
    { what: 'the API server', deadlineMs: 5, everyMs: 1 },
  );
  await expect(waiting).rejects.toThrow('gave up waiting for the API server after 5 ms (last: refused)');
  await expect(waiting).rejects.toMatchObject({ code: 'DEADLINE' } satisfies Partial<OpenbellError>);
});

test('ends with the signal’s reason', async () => {
  const stop = new AbortController();
  const waiting = until(() => false, {
    what: 'it',
    deadlineMs: 60_000,
    everyMs: 30_000,
    signal: stop.signal,
  });
  stop.abort(new Error('interrupted'));
  await expect(waiting).rejects.toThrow('interrupted');
});
