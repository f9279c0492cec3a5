import { setPriority } from 'node:os';

/** Goes before the machine's other work where that is allowed, as the engine's threads do: what is compared is theirs. */
export function goFirst(): void {
  try {
    setPriority(0, -10);
  } catch {
    // Not permitted: then it waits its turn, and its log says for how long.
  }
}
