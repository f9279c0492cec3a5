import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { OpenbellError, messageOf, monotonicMs } from '../support/index.ts';
import { outcomes, type OutcomeCounts } from '../journal/index.ts';
import type { StartTraffic, TrafficOptions, TrafficRun } from './engine.ts';
import { Gathering } from './gather.ts';
import type { FromGenerator, ThreadInput, ToGenerator } from './generator/messages.ts';
import { encodeHistogram, newHistogram } from './histograms.ts';
import { secondOf } from './second.ts';
import type { Share } from './schedule.ts';
import { chooseWorkers } from './workers.ts';

type End = Awaited<TrafficRun['done']>;

/** Short-lived objects are requests under way: more room for them would only be filled later, 30 MB of it, MB. */
const maxYoungGenerationSizeMb = 24;

/** Several threads are told the instant to start at this long before, so that none of them learns of it too late, ms. */
const headStartMs = 20;

/**
 * Starts the traffic of a plan on threads of its own, one where that is enough. Sends keep their time however busy the
 * calling thread is; the records arrive on it, a second at a time, where their histograms are built.
 *
 * @throws {OpenbellError} code `TRAFFIC_PLAN` when the plan has no request to send.
 */
export const startTraffic: StartTraffic = (options) => {
  if (options.plan.requests.length === 0) {
    throw new OpenbellError('the traffic plan has no requests, expected at least one', {
      code: 'TRAFFIC_PLAN',
      hint: 'list what is to be requested under traffic.requests',
    });
  }
  const workers = options.workers ?? chooseWorkers(options.plan, availableParallelism());
  const started = Promise.withResolvers<number>();
  const done = Promise.withResolvers<End>();
  // Whoever does not wait for them must not be killed by their rejection.
  started.promise.catch(() => {});
  done.promise.catch(() => {});
  const fail = (error: OpenbellError): void => {
    started.reject(error);
    done.reject(error);
    for (const thread of threads) void thread.terminate();
  };

  const account = new Account();
  const gathering = new Gathering(workers.count, options.onSecond);
  const told = Promise.withResolvers<void>();
  let ready = 0;
  let playing = 0;
  let over = 0;
  const start = async (): Promise<void> => {
    options.onReady?.();
    const askedMs = await options.startAtMs;
    const soonestMs = monotonicMs() + (workers.count === 1 ? 0 : headStartMs);
    const startMs = Math.max(askedMs, soonestMs);
    for (const thread of threads) tell(thread, { kind: 'start', startMs });
    told.resolve();
  };
  const threads = Array.from({ length: workers.count }, (_, worker) => {
    const thread = new Worker(new URL('./generator/worker.ts', import.meta.url), {
      name: 'openbell traffic',
      resourceLimits: { maxYoungGenerationSizeMb },
      workerData: inputOf(options, shareWithin(options.share, { worker, of: workers.count })),
    });
    let ended = false;
    thread.on('message', (message: FromGenerator) => {
      switch (message.kind) {
        case 'ready':
          if (++ready === workers.count) void start();
          break;
        case 'started':
          if (++playing === workers.count) started.resolve(message.startMs);
          break;
        case 'second':
          gathering.second(worker, account.add(message.second));
          break;
        case 'tick': {
          const tick = gathering.tick(worker, message.tick);
          if (tick !== null) options.onTick?.(tick);
          break;
        }
        case 'end':
          ended = true;
          gathering.ended(worker);
          account.ended(message);
          void thread.terminate();
          break;
      }
    });
    thread.on('error', (error) => fail(died(messageOf(error), error)));
    thread.on('exit', (code) => {
      if (!ended) fail(died(`it exited with code ${code} before the traffic was over`));
      else if (++over === workers.count) done.resolve(account.end());
    });
    return thread;
  });

  return {
    workers,
    started: started.promise,
    done: done.promise,
    // Threads that are not ready yet are told after they were told to start.
    stop: () => void told.promise.then(() => threads.forEach((thread) => tell(thread, { kind: 'stop' }))),
    abort: () => fail(new OpenbellError('the traffic was aborted', { code: 'TRAFFIC_ABORTED' })),
  };
};

function tell(thread: Worker, message: ToGenerator): void {
  thread.postMessage(message, []);
}

/** The sums of a run, as its seconds come in. */
class Account {
  #t = Number.NEGATIVE_INFINITY;
  #scheduled = 0;
  readonly #outcomes = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as OutcomeCounts;
  readonly #histograms = { service: newHistogram(), response: newHistogram(), lateness: newHistogram() };

  add(raw: Extract<FromGenerator, { kind: 'second' }>['second']): ReturnType<typeof secondOf> {
    for (const outcome of outcomes) this.#outcomes[outcome] += raw.outcomes[outcome];
    return secondOf(raw, this.#histograms);
  }

  ended({ t, scheduled }: Extract<FromGenerator, { kind: 'end' }>): void {
    this.#t = Math.max(this.#t, t);
    this.#scheduled += scheduled;
  }

  end(): End {
    const accounted = outcomes.reduce((sum, outcome) => sum + this.#outcomes[outcome], 0);
    return {
      type: 'traffic.end',
      t: this.#t,
      scheduled: this.#scheduled,
      outcomes: this.#outcomes,
      service: encodeHistogram(this.#histograms.service),
      response: encodeHistogram(this.#histograms.response),
      lateness: encodeHistogram(this.#histograms.lateness),
      conserved: accounted === this.#scheduled,
    };
  }
}

/** A share of a share: every n-th arrival of every m-th. */
function shareWithin(outer: Share = { worker: 0, of: 1 }, inner: Share): Share {
  return { worker: outer.worker + outer.of * inner.worker, of: outer.of * inner.of };
}

function inputOf(options: TrafficOptions, share: Share): ThreadInput {
  const { plan, target, seed, originMs, goodResponseMs, onTick, ledgerFile } = options;
  return {
    plan: { ...plan, connections: connectionsOf(plan.connections, share) },
    target: target.href,
    seed,
    originMs,
    share,
    goodResponseMs,
    ticks: onTick !== undefined,
    ledgerFile: ledgerFile ?? null,
  };
}

/** A worker's part of the connections; the first ones take what is left over. */
function connectionsOf(connections: number, { worker, of }: Share): number {
  return of === 1 ? connections : Math.floor((Math.floor(connections) + of - 1 - worker) / of);
}

function died(how: string, cause?: unknown): OpenbellError {
  return new OpenbellError(`the traffic generator's thread died: ${how}`, {
    code: 'TRAFFIC_THREAD_DIED',
    hint: 'the seconds recorded until then are complete; run again',
    ...(cause === undefined ? {} : { cause }),
  });
}
