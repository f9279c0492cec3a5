import { monotonicMs } from '../../support/index.ts';
import { paths } from './protocol.ts';

/** How another machine's clock stands to ours. */
export interface ClockOffset {
  /** Theirs minus ours, ms. */
  offsetMs: number;
  /** It may be wrong by as much: half of the quickest question's way there and back. */
  uncertaintyMs: number;
}

const usualQuestions = 20;

/**
 * Asks a generator what its clock says several times and takes the answer that came back soonest, as NTP does (RFC 5905 §8):
 * ours was half way between question and answer when theirs was read.
 */
export async function measureOffset(
  ask: (path: string) => Promise<string>,
  questions = usualQuestions,
): Promise<ClockOffset> {
  let best: ClockOffset = { offsetMs: 0, uncertaintyMs: Number.POSITIVE_INFINITY };
  for (let question = 0; question < questions; question += 1) {
    const askedMs = monotonicMs();
    const { now } = JSON.parse(await ask(paths.clock)) as { now: number };
    const answeredMs = monotonicMs();
    const uncertaintyMs = (answeredMs - askedMs) / 2;
    if (uncertaintyMs < best.uncertaintyMs)
      best = { offsetMs: now - (askedMs + answeredMs) / 2, uncertaintyMs };
  }
  return best;
}
