import { Worker } from 'node:worker_threads';
import { OpenbellError, messageOf } from '../support/index.ts';
import { outcomes, type OutcomeCounts } from '../journal/index.ts';
import type { StartTraffic, TrafficOptions, TrafficRun } from './engine.ts';
import type { FromGenerator, GeneratorInput, ToGenerator } from './generator/messages.ts';
import { encodeHistogram, newHistogram } from './histograms.ts';
import { secondOf } from './second.ts';

type End = Awaited<TrafficRun['done']>;

/**
 * Starts the traffic of a plan on a thread of its own. Sends keep their time however busy the calling thread is; the
 * records arrive on it, a second at a time, where their histograms are built.
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
  const worker = new Worker(new URL('./generator/worker.ts', import.meta.url), {
    name: 'openbell traffic',
    workerData: inputOf(options),
  });
  const started = Promise.withResolvers<number>();
  const done = Promise.withResolvers<End>();
  // Whoever does not wait for them must not be killed by their rejection.
  started.promise.catch(() => {});
  done.promise.catch(() => {});
  const fail = (error: OpenbellError): void => {
    started.reject(error);
    done.reject(error);
    void worker.terminate();
  };

  const account = new Account();
  let end: End | null = null;
  worker.on('message', (message: FromGenerator) => {
    switch (message.kind) {
      case 'started':
        started.resolve(message.startMs);
        break;
      case 'second':
        options.onSecond(account.add(message.second));
        break;
      case 'tick':
        options.onTick?.(message.tick);
        break;
      case 'end':
        end = account.end(message);
        void worker.terminate();
        break;
    }
  });
  worker.on('error', (error) => fail(died(messageOf(error), error)));
  worker.on('exit', (code) => {
    if (end === null) fail(died(`it exited with code ${code} before the traffic was over`));
    else done.resolve(end);
  });

  return {
    started: started.promise,
    done: done.promise,
    stop: () => worker.postMessage({ kind: 'stop' } satisfies ToGenerator, []),
    abort: () => fail(new OpenbellError('the traffic was aborted', { code: 'TRAFFIC_ABORTED' })),
  };
};

/** The sums of a run, as its seconds come in. */
class Account {
  readonly #outcomes = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as OutcomeCounts;
  readonly #histograms = { service: newHistogram(), response: newHistogram(), lateness: newHistogram() };

  add(raw: Extract<FromGenerator, { kind: 'second' }>['second']): ReturnType<typeof secondOf> {
    for (const outcome of outcomes) this.#outcomes[outcome] += raw.outcomes[outcome];
    return secondOf(raw, this.#histograms);
  }

  end({ t, scheduled }: Extract<FromGenerator, { kind: 'end' }>): End {
    const accounted = outcomes.reduce((sum, outcome) => sum + this.#outcomes[outcome], 0);
    return {
      type: 'traffic.end',
      t,
      scheduled,
      outcomes: this.#outcomes,
      service: encodeHistogram(this.#histograms.service),
      response: encodeHistogram(this.#histograms.response),
      lateness: encodeHistogram(this.#histograms.lateness),
      conserved: accounted === scheduled,
    };
  }
}

function inputOf(options: TrafficOptions): GeneratorInput {
  const { plan, target, seed, originMs, startAtMs, goodResponseMs, onTick, ledgerFile } = options;
  return {
    plan,
    target: target.href,
    seed,
    originMs,
    startAtMs,
    goodResponseMs,
    ticks: onTick !== undefined,
    ledgerFile: ledgerFile ?? null,
  };
}

function died(how: string, cause?: unknown): OpenbellError {
  return new OpenbellError(`the traffic generator's thread died: ${how}`, {
    code: 'TRAFFIC_THREAD_DIED',
    hint: 'the seconds recorded until then are complete; run again',
    ...(cause === undefined ? {} : { cause }),
  });
}
