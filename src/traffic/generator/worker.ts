/** The generator's thread: plays the plan it was started with and reports to the thread that started it. */
import { parentPort, workerData } from 'node:worker_threads';
import { monotonicMs } from '../../support/index.ts';
import { runGenerator, type Generator } from './generator.ts';
import { LedgerFile } from './ledger-file.ts';
import { goFirst } from './priority.ts';
import { warmUp } from './warm-up.ts';
import type { FromGenerator, ThreadInput, ToGenerator } from './messages.ts';

if (parentPort === null) throw new Error('the generator runs as a worker thread; start it with startTraffic');
const port = parentPort;

goFirst();

// The same clock as monotonicMs(), read without a BigInt: it is read several times per request.
const originMs = clockOrigin();
const now = (): number => performance.now() + originMs;

const input = workerData as ThreadInput;
const file = input.ledgerFile === null ? null : new LedgerFile(input.ledgerFile, input.seed);
const post = (message: FromGenerator): void => {
  if (message.kind !== 'tick') file?.flush();
  port.postMessage(message, transferable(message));
};
let generator: Generator | null = null;
port.on('message', (told: ToGenerator) => {
  if (told.kind === 'stop') generator?.stop();
  else {
    const { startMs } = told;
    generator = runGenerator(
      { ...input, startMs },
      now,
      post,
      file === null ? null : (entry) => file.add(entry),
    );
  }
});
await warmUp(now);
post({ kind: 'ready' });

/** What to add to this thread's `performance.now()`: the pair of readings nearest to each other of several, since a
 * thread that is put aside between the two would be milliseconds ahead of the machine's clock for the whole run. */
function clockOrigin(): number {
  const pairs = Array.from({ length: 20 }, () => {
    const before = performance.now();
    const machine = monotonicMs();
    const after = performance.now();
    return { apart: after - before, origin: machine - (before + after) / 2 };
  });
  return pairs.reduce((best, pair) => (pair.apart < best.apart ? pair : best)).origin;
}

/** The samples change hands without being copied. */
function transferable(message: FromGenerator): ArrayBuffer[] {
  if (message.kind !== 'second') return [];
  const { latenessUs, samplesUs } = message.second;
  return [latenessUs, ...Object.values(samplesUs)].map(({ buffer }) => buffer);
}
