import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * On a machine that does other things, puts what is measured into the system's real-time class, where other work waits:
 * asked for with `QUIET=1`, needs `chrt` and the right to use it. Only the threads that are compared: two of the same class
 * on one core would wait for each other.
 */
export const quiet = process.env['QUIET'] === '1';

/** Puts all threads of a process first. */
export function quieten(pid: number | undefined): void {
  if (quiet && pid !== undefined) execFileSync('chrt', ['-a', '-f', '-p', '1', String(pid)]);
}

/** Puts the engine's threads in this process first. */
export function quietenEngine(): void {
  if (!quiet) return;
  const engine = threadsOfThisProcess(/^(openbell traf|V8Worker|DelayedTask)/);
  if (engine.length === 0) throw new Error('QUIET: no thread of the engine found');
  for (const tid of engine) execFileSync('chrt', ['-f', '-p', '1', tid]);
}

/** Ids of the threads of this process whose names match; none where there is no `/proc`. */
export function threadsOfThisProcess(name: RegExp): string[] {
  if (!existsSync('/proc/self/task')) return [];
  const tasks = readdirSync('/proc/self/task');
  return tasks.filter((tid) => name.test(readFileSync(`/proc/self/task/${tid}/comm`, 'utf8')));
}
