import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A program of the matrix in a process of its own, which is told what to do one order at a time. */
export class Child<Order extends object> {
  readonly process: ChildProcess;
  readonly exited: Promise<void>;

  private constructor(process: ChildProcess) {
    this.process = process;
    this.exited = once(process, 'exit').then(() => {});
  }

  /** Starts `programs/<name>` and waits until it is ready. */
  static async start<Order extends object>(name: string, args: string[]): Promise<Child<Order>> {
    const process = fork(new URL(`../programs/${name}`, import.meta.url), args, { execArgv: [] });
    const child = new Child<Order>(process);
    await child.#done();
    return child;
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  get alive(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** What the program answers when it has done so. */
  async order(order: Order): Promise<unknown> {
    const done = this.#done();
    this.process.send(order);
    return done;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.alive) return;
    this.process.kill(signal);
    await this.exited;
  }

  async #done(): Promise<unknown> {
    const answer = once(this.process, 'message') as Promise<[{ done: unknown }]>;
    const [{ done }] = await Promise.race([
      answer,
      this.exited.then((): never => {
        throw new Error(`${this.process.spawnargs.at(-1)} ended instead of answering`);
      }),
    ]);
    return done;
  }
}
