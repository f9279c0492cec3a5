import { readFileSync } from 'node:fs';

/**
 * How often a thread has gone to sleep and was woken since it began, which costs it time that no request needs.
 *
 * @param thread its folder under `/proc`; NaN where there is none.
 */
export function wakeUps(thread: string): number {
  try {
    const status = readFileSync(`/proc/${thread}/status`, 'utf8');
    return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]);
  } catch {
    return Number.NaN;
  }
}
