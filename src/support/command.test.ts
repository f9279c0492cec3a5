import { expect, test } from 'vitest';
import { runProgram } from './command.ts';

test('a program’s output is kept, and told line by line as it comes', async () => {
  const lines: string[] = [];
  const script = 'echo one; echo two >&2; printf "%s" "$WORD"; cat';
  const written = await runProgram('/bin/sh', ['-c', script], {
    input: '!',
    env: { WORD: 'three' },
    onLine: (line) => lines.push(line),
  });
  expect(written).toEqual({ stdout: 'one\nthree!', stderr: 'two\n' });
  expect(lines.toSorted()).toEqual(['one', 'two']);
});

test('one that fails is shown as a line for a shell, with what it wrote', async () => {
  await expect(runProgram('/bin/sh', ['-c', "echo 'it is broken' >&2; exit 3"])).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message:
      String.raw`/bin/sh -c 'echo '\''it is broken'\'' >&2; exit 3'` +
      '\n  failed: exit code 3\n    it is broken',
    output: 'it is broken\n',
  });
});

test('one that is not there is named', async () => {
  await expect(runProgram('openbell-no-such-program', [])).rejects.toMatchObject({
    code: 'COMMAND_MISSING',
    message: 'expected the program "openbell-no-such-program" on PATH, found none',
  });
});

test('one that takes too long is ended with all that it started', async () => {
  // The inner one holds the output open: the call could not end while it runs.
  const failing = runProgram('/bin/sh', ['-c', 'sleep 60 & wait'], { timeoutMs: 100 });
  await expect(failing).rejects.toMatchObject({
    code: 'COMMAND_TIMEOUT',
    message: "/bin/sh -c 'sleep 60 & wait'\n  failed: it took longer than 0.1 s",
  });
});

test('aborting ends it and rejects with the reason', async () => {
  const reason = new Error('enough');
  await expect(runProgram('sleep', ['60'], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const controller = new AbortController();
  const running = runProgram('sleep', ['60'], {
    signal: controller.signal,
    onStart: () => controller.abort(reason),
  });
  await expect(running).rejects.toBe(reason);
});
