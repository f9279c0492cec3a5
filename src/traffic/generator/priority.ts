import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** How much earlier than ordinary work, where that is allowed. */
const priority = -10;

/**
 * Lets the calling thread go before the machine's other work, where it is allowed: pods and the generator share the cores.
 * The engine's helpers go with it: collecting garbage waits for those that are compiling in the background, and on a machine
 * whose cores the pods have taken that can be a tenth of a second. On Linux a priority belongs to a thread; elsewhere it would
 * be the whole harness's, and nothing is done.
 */
export function goFirst(): void {
  if (process.platform !== 'linux') return;
  try {
    // 0 is the calling thread.
    setPriority(0, priority);
    for (const thread of readdirSync('/proc/self/task')) {
      const name = readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim();
      if (name === 'V8Worker') setPriority(Number(thread), priority);
    }
  } catch {
    // Not permitted, or a thread that has just ended: lateness is measured all the same.
  }
}
