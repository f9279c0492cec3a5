import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OutcomeCounts } from '../../../src/journal/index.ts';
import type { Play, Said } from '../programs/player.ts';

type End = Extract<Said, { end: unknown }>['end'];

/** Traffic that the player's process plays. */
export interface Playing {
  /** Schedule time zero, `monotonicMs()`. */
  startedMs: number;
  done: Promise<End>;
  stop: () => void;
  /** What has ended so far, as of a quarter of a second ago. */
  outcomes: () => OutcomeCounts | null;
}

/** The process in which the engine runs, all cases in one. */
export class Player {
  readonly #process: ChildProcess;
  #count = 0;

  private constructor(process: ChildProcess) {
    this.#process = process;
    process.setMaxListeners(0);
  }

  static async start({ certificates, names }: { certificates: string; names: string }): Promise<Player> {
    const resolver = fileURLToPath(new URL('../programs/resolver.ts', import.meta.url));
    const child = fork(new URL('../programs/player.ts', import.meta.url), [], {
      execArgv: ['--import', resolver],
      env: {
        ...process.env,
        BELL_TEST_NAMES: names,
        NODE_EXTRA_CA_CERTS: join(certificates, 'ca.crt'),
      },
    });
    await once(child, 'spawn');
    return new Player(child);
  }

  async play(options: Omit<Play, 'kind' | 'id'>): Promise<Playing> {
    const id = String(++this.#count);
    const started = Promise.withResolvers<number>();
    const done = Promise.withResolvers<End>();
    done.promise.catch(() => {});
    const fail = (reason: string): void => {
      started.reject(new Error(reason));
      done.reject(new Error(reason));
    };
    let outcomes: OutcomeCounts | null = null;
    const exited = (): void => fail('the player ended');
    const hear = (said: Said): void => {
      if (!('id' in said) || said.id !== id) return;
      if ('started' in said) started.resolve(said.started);
      else if ('outcomes' in said) outcomes = said.outcomes;
      else {
        this.#process.off('message', hear);
        this.#process.off('exit', exited);
        if ('error' in said) fail(said.error);
        else done.resolve(said.end);
      }
    };
    this.#process.on('message', hear);
    this.#process.on('exit', exited);
    this.#process.send({ kind: 'play', id, ...options });
    const startedMs = await started.promise;
    const stop = (): void => void this.#process.send({ kind: 'stop', id });
    return { startedMs, done: done.promise, stop, outcomes: () => outcomes };
  }

  /** What the process holds when its garbage has been collected, bytes. */
  async memory(): Promise<{ rss: number; heap: number; resources: number }> {
    const { promise, resolve } = Promise.withResolvers<{ rss: number; heap: number; resources: number }>();
    const hear = (said: Said): void => {
      if (!('memory' in said)) return;
      this.#process.off('message', hear);
      resolve(said.memory);
    };
    this.#process.on('message', hear);
    this.#process.send({ kind: 'memory' });
    return promise;
  }

  async stop(): Promise<void> {
    this.#process.disconnect();
    await once(this.#process, 'exit');
  }
}
