import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicMs } from '../../../src/support/index.ts';
import type { AnswerName } from '../programs/answers.ts';
import type { Order } from '../programs/oracle.ts';
import { Child } from './child.ts';

/** What a laboratory needs for the faults that are to be played in it. */
export interface LabNeeds {
  /** A folder of its own. */
  folder: string;
  /** Where the certificates lie. */
  certificates: string;
  /** Where the names of `bell.test` lie. */
  names: string;
  secure: boolean;
  named: boolean;
  balanced: boolean;
  standby: boolean;
  /** The clients' deadline. */
  timeoutMs: number;
}

/**
 * The target of one case: an oracle that serves, a second one that stands by, where asked for a balancer before them and
 * a name for them. The port is below the range of outgoing ports, so that no client can meet itself there.
 */
export class Lab {
  readonly logFile: string;
  readonly #needs: LabNeeds;
  readonly #name: string;
  #serving: Child<Order>;
  readonly #standby: Child<Order> | null;
  #balancer: Child<{ listen: number } | { backend: number }> | null = null;
  #port = 0;
  /** Where clients connect to. */
  #entryPort = 0;
  #ways: AnswerName[] = [];

  private constructor(needs: LabNeeds, serving: Child<Order>, standby: Child<Order> | null) {
    this.#needs = needs;
    this.logFile = join(needs.folder, 'oracle.log');
    this.#name = `t${serving.pid}.bell.test`;
    this.#serving = serving;
    this.#standby = standby;
  }

  static async open(needs: LabNeeds): Promise<Lab> {
    mkdirSync(needs.folder, { recursive: true });
    const logFile = join(needs.folder, 'oracle.log');
    writeFileSync(logFile, '');
    const start = (): Promise<Child<Order>> =>
      Child.start<Order>('oracle.ts', [logFile, needs.certificates, String(needs.timeoutMs + 200)]);
    const [serving, standby] = await Promise.all([start(), needs.standby ? start() : null]);
    const lab = new Lab(needs, serving, standby);
    if (needs.secure) await lab.useCertificate('valid');
    lab.#port = await freePort((port) => serving.order({ kind: 'listen', port }));
    lab.#entryPort = lab.#port;
    if (needs.balanced) {
      const balancer = await Child.start<{ listen: number } | { backend: number }>('balancer.ts', [logFile]);
      lab.#balancer = balancer;
      await balancer.order({ backend: lab.#port });
      lab.#entryPort = await freePort((listen) => balancer.order({ listen }));
    }
    if (needs.named) writeFileSync(join(needs.names, lab.#name), '');
    return lab;
  }

  get url(): URL {
    const host = this.#needs.named ? this.#name : '127.0.0.1';
    return new URL(`${this.#needs.secure ? 'https' : 'http'}://${host}:${this.#entryPort}/`);
  }

  /** The oracle that serves now. */
  get serving(): Child<Order> {
    return this.#serving;
  }

  get port(): number {
    return this.#port;
  }

  /** Requests are answered in these ways from now on, by whichever oracle. */
  async answer(ways: AnswerName[]): Promise<void> {
    this.#ways = ways;
    await this.#tellAll({ kind: 'answer', ways });
  }

  async useCertificate(name: 'valid' | 'expired'): Promise<void> {
    await this.#tellAll({ kind: 'certificate', name });
  }

  /** The serving oracle dies on the spot. */
  async kill(): Promise<void> {
    await this.#serving.kill();
    appendFileSync(this.logFile, `k ${monotonicMs().toFixed(3)} ${this.#serving.pid}\n`);
  }

  /** The other oracle takes over the port. */
  async takeOver(): Promise<void> {
    const standby = this.#expectStandby();
    this.#serving = standby;
    await this.#listenAgain(() => standby.order({ kind: 'listen', port: this.#port }));
  }

  async reopen(): Promise<void> {
    await this.#listenAgain(() => this.#serving.order({ kind: 'listen', port: this.#port }));
  }

  /** The balancer sends new connections to the other oracle and cuts those to the first. */
  async swapBackends(): Promise<void> {
    const standby = this.#expectStandby();
    const port = await freePort((port) => standby.order({ kind: 'listen', port }));
    await this.#balancer?.order({ backend: port });
  }

  setName(state: 'resolves' | 'gone' | 'hangs'): void {
    const file = join(this.#needs.names, this.#name);
    if (state === 'gone') rmSync(file);
    else writeFileSync(file, state === 'hangs' ? 'hangs' : '');
  }

  async close(): Promise<void> {
    const children = [this.#serving, this.#standby, this.#balancer].filter((child) => child !== null);
    await Promise.all(children.map((child) => child.kill()));
  }

  async #tellAll(order: Order): Promise<void> {
    const all = new Set([this.#serving, this.#standby].filter((child) => child !== null));
    await Promise.all([...all].filter(({ alive }) => alive).map((child) => child.order(order)));
  }

  #expectStandby(): Child<Order> {
    if (this.#standby === null) throw new Error('this laboratory has no second oracle');
    return this.#standby;
  }

  /** The system may need a moment until a port that was just closed is free again. */
  async #listenAgain(listen: () => Promise<unknown>): Promise<void> {
    const giveUpMs = monotonicMs() + 5000;
    while ((await listen()) === 0) {
      if (monotonicMs() > giveUpMs) throw new Error(`port ${this.#port} stayed taken for 5 s`);
    }
    await this.answer(this.#ways);
  }
}

async function freePort(listen: (port: number) => Promise<unknown>): Promise<number> {
  for (let i = 0; i < 100; i++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if ((await listen(port)) === port) return port;
  }
  throw new Error('100 ports were taken');
}
