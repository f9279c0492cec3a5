import { OpenbellError, messageOf, monotonicMs, systemClock, until } from '../../support/index.ts';
import { outcomes, type OutcomeCounts } from '../../journal/index.ts';
import type { TrafficOptions, TrafficRun } from '../engine.ts';
import { Gathering } from '../gather.ts';
import { encodeHistogram, mergeHistograms } from '../histograms.ts';
import { measureOffset, type ClockOffset } from './clock.ts';
import { paths, type RemoteLine } from './protocol.ts';

/** A generator that runs somewhere else. */
export interface RemoteGenerator {
  name: string;
  /** The body of its answer to a GET. */
  readonly ask: (path: string) => Promise<string>;
  /** Its log, from the beginning to its end. */
  readonly log: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;
}

export interface RemoteOptions extends Pick<TrafficOptions, 'originMs' | 'onSecond' | 'onTick'> {
  generators: readonly RemoteGenerator[];
  /** Told how each generator's clock stood to ours when the traffic was agreed upon. */
  onClocks: (clocks: ClockOffset[]) => void;
  /** Told at the end how far each clock had moved against ours when it was read last, and how sure that is. */
  onClocksMoved: (moved: ClockOffset[]) => void;
  signal: AbortSignal;
}

type End = Awaited<TrafficRun['done']>;

const readyDeadlineMs = 120_000;
/** From the agreement to the start, besides the time that telling everybody takes. */
const leadMs = 500;

/**
 * Starts generators that share a schedule on one instant of our clock, and puts together what they measured: each was told
 * its own clock's reading of that instant and of the run's origin, so that what it reports is in the run's time.
 *
 * @throws {OpenbellError} when one cannot be asked, or was told too late.
 */
export async function startRemoteTraffic(options: RemoteOptions): Promise<TrafficRun> {
  const { generators, originMs, signal } = options;
  await Promise.all(
    generators.map(({ name, ask }) =>
      until(() => ask(paths.clock), {
        what: `the load generator ${name} to answer`,
        deadlineMs: readyDeadlineMs,
        everyMs: 100,
        signal,
      }),
    ),
  );
  const before = await Promise.all(generators.map(({ ask }) => measureOffset(ask)));
  options.onClocks(before);
  const offsetOf = (index: number): number => before[index]?.offsetMs ?? 0;
  await Promise.all(
    generators.map(async ({ name, ask }, index) => {
      await ask(paths.prepare(originMs + offsetOf(index)));
      await until(async () => (JSON.parse(await ask(paths.clock)) as { ready: boolean }).ready, {
        what: `the load generator ${name} to be ready`,
        deadlineMs: readyDeadlineMs,
        everyMs: 50,
        signal,
      });
    }),
  );
  const slowestMs = Math.max(...before.map(({ uncertaintyMs }) => uncertaintyMs));
  const startMs = monotonicMs() + leadMs + 10 * slowestMs;
  const reading = new AbortController();
  const gathered = gather(options, reading.signal);
  await Promise.all(
    generators.map(async ({ name, ask }, index) => {
      const theirStartMs = startMs + offsetOf(index);
      const answer = JSON.parse(await ask(paths.start(theirStartMs))) as { now: number };
      const lateMs = answer.now - theirStartMs;
      if (lateMs <= 0) return;
      throw new OpenbellError(
        `the load generator ${name} was told ${Math.round(lateMs)} ms after the start`,
        {
          code: 'TRAFFIC_STARTED_LATE',
          hint: 'The way to the API server is too slow for it; try again.',
        },
      );
    }),
  ).catch((error: unknown) => {
    reading.abort();
    throw error;
  });

  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  const last = readClocks(generators, reading.signal);
  const whole = gathered.then((end) => {
    const moved = last.flatMap((now, index) => {
      const first = before[index];
      if (now === undefined || first === undefined) return [];
      const uncertaintyMs = now.uncertaintyMs + first.uncertaintyMs;
      return { offsetMs: now.offsetMs - first.offsetMs, uncertaintyMs };
    });
    if (moved.length > 0) options.onClocksMoved(moved);
    return end;
  });
  const done = Promise.race([whole, aborted.promise]).finally(() => reading.abort());
  done.catch(() => {});
  return {
    workers: { count: generators.length, reason: 'one in each pod' },
    started: Promise.resolve(startMs),
    done,
    stop: () => void Promise.allSettled(generators.map(({ ask }) => ask(paths.stop))),
    abort: () => aborted.reject(new OpenbellError('the traffic was aborted', { code: 'TRAFFIC_ABORTED' })),
  };
}

const clockEveryMs = 2_000;
const clockQuestions = 5;

/** Reads every generator's clock again and again; what is returned holds the newest readings. */
function readClocks(
  generators: readonly RemoteGenerator[],
  signal: AbortSignal,
): (ClockOffset | undefined)[] {
  const newest = generators.map((): ClockOffset | undefined => undefined);
  for (const [index, { ask }] of generators.entries()) {
    void (async () => {
      for (;;) {
        await systemClock.sleep(clockEveryMs, signal).catch(() => {});
        if (signal.aborted) return;
        // One that cannot be asked now is asked again; at its end it answers no more.
        newest[index] = await measureOffset(ask, clockQuestions).catch(() => newest[index]);
      }
    })();
  }
  return newest;
}

/** Reads every log to its end. */
async function gather({ generators, onSecond, onTick }: RemoteOptions, signal: AbortSignal): Promise<End> {
  const gathering = new Gathering(generators.length, onSecond);
  const ends = await Promise.all(
    generators.map(async (generator, worker) => {
      for await (const line of linesOf(generator, signal)) {
        switch (line.kind) {
          case 'second':
            gathering.second(worker, line.second);
            break;
          case 'tick': {
            const tick = gathering.tick(worker, line.tick);
            if (tick !== null) onTick?.(tick);
            break;
          }
          case 'end':
            gathering.ended(worker);
            return line.end;
          case 'failed':
            throw lost(generator.name, line.message);
          default:
            line satisfies never;
        }
      }
      throw lost(generator.name, 'its log ended before its traffic did');
    }),
  );
  return mergeEnds(ends);
}

/**
 * The lines of a generator's log in order, each once: a connection that breaks is opened again, and what was read before is
 * passed over.
 *
 * @throws {OpenbellError} when a line is missing.
 */
export async function* linesOf(
  { name, log }: Pick<RemoteGenerator, 'name' | 'log'>,
  signal: AbortSignal,
): AsyncGenerator<RemoteLine> {
  let next = 0;
  for (let failures = 0; failures < 10;) {
    const before = next;
    try {
      for await (const text of textLines(await log(signal))) {
        const line = JSON.parse(text) as RemoteLine;
        if (line.seq < next) continue;
        if (line.seq > next) throw lost(name, `lines ${next} to ${line.seq - 1} of its log are missing`);
        next += 1;
        yield line;
        if (line.kind === 'end' || line.kind === 'failed') return;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof OpenbellError && error.code === 'TRAFFIC_GENERATOR_LOST') throw error;
      if (failures === 9) throw lost(name, messageOf(error));
    }
    failures = next > before ? 0 : failures + 1;
    await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** failures));
  }
}

async function* textLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    // A line that is cut off comes whole when the log is read again.
    rest = parts.pop() ?? '';
    for (const part of parts) if (part.startsWith('{"seq":')) yield part;
  }
}

function mergeEnds(ends: readonly End[]): End {
  const sum = (of: (end: End) => number): number => ends.reduce((total, end) => total + of(end), 0);
  const merged = (of: (end: End) => string | undefined): string =>
    encodeHistogram(mergeHistograms(ends.flatMap((end) => of(end) ?? [])));
  const counts = Object.fromEntries(
    outcomes.map((outcome) => [outcome, sum((end) => end.outcomes[outcome])]),
  ) as OutcomeCounts;
  const scheduled = sum((end) => end.scheduled);
  const accounted = outcomes.reduce((total, outcome) => total + counts[outcome], 0);
  return {
    type: 'traffic.end',
    t: Math.max(...ends.map(({ t }) => t)),
    scheduled,
    outcomes: counts,
    service: merged((end) => end.service),
    response: merged((end) => end.response),
    lateness: merged((end) => end.lateness),
    conserved: accounted === scheduled && ends.every(({ conserved }) => conserved),
  };
}

function lost(name: string, why: string): OpenbellError {
  return new OpenbellError(`the load generator ${name} was lost: ${why}`, {
    code: 'TRAFFIC_GENERATOR_LOST',
    hint: 'Look at its pod: it may have been evicted, or killed for its memory.',
  });
}
