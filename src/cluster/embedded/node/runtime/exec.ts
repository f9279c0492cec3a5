import type { ChildProcess } from 'node:child_process';
import type { ExecResult } from './container.ts';
import { emptyGroup, signalGroup } from './groups.ts';

/** As much output as the kubelet keeps of an exec probe. */
const maxOutputBytes = 10 * 1024;

/** Waits for a command in a container; ends its whole group when it takes too long or the container has ended. */
export async function runInContainer({
  child,
  group,
  timeoutMs,
  containerGone,
}: {
  child: ChildProcess;
  group: number;
  timeoutMs: number;
  containerGone: Promise<unknown>;
}): Promise<ExecResult> {
  let output = Buffer.alloc(0);
  const gather = (chunk: Buffer): void => {
    output = Buffer.concat([output, chunk]).subarray(0, maxOutputBytes);
  };
  child.stdout?.on('data', gather);
  child.stderr?.on('data', gather);
  let timedOut = false;
  const kill = (): void => void signalGroup(group, 'SIGKILL');
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, timeoutMs);
  void containerGone.then(kill);
  const closed = new Promise((resolve) => {
    child.once('close', resolve);
  });
  const exitCode = await new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 137));
  });
  clearTimeout(timer);
  await emptyGroup(group);
  await closed;
  return { exitCode, output: output.toString('utf8'), timedOut };
}
