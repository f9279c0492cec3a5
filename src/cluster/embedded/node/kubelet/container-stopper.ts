import type { ContainerExit } from '../runtime/index.ts';
import type { ContainerRecord } from './container-record.ts';
import { effectiveMs, type KubeletContext } from './context.ts';
import { httpRequest } from './http.ts';
import type { PodAddress } from './pod-addresses.ts';

type Hook = NonNullable<NonNullable<ContainerRecord['spec']['lifecycle']>['preStop']>;

/** Stops one container: its preStop hook, SIGTERM, and SIGKILL when the grace that covers both is over. */
export class ContainerStopper {
  readonly #context: KubeletContext;
  readonly #record: ContainerRecord;
  readonly #address: PodAddress;
  #deadline = Number.POSITIVE_INFINITY;
  #hookDone: Promise<void> | undefined;
  readonly #hurry = new AbortController();

  constructor(context: KubeletContext, record: ContainerRecord, address: PodAddress) {
    this.#context = context;
    this.#record = record;
    this.#address = address;
  }

  /** May be called again: the earlier deadline holds. */
  async stop(graceMs: number): Promise<ContainerExit | undefined> {
    const { instance } = this.#record;
    if (instance === undefined) return undefined;
    const { clock } = this.#context;
    this.#deadline = Math.min(this.#deadline, clock.now() + graceMs);
    const hook = this.#record.spec.lifecycle?.preStop;
    if (hook !== undefined && graceMs > 0) {
      this.#hookDone ??= this.#run(hook);
      await Promise.race([this.#hookDone, instance.exited, this.#until(graceMs)]);
    }
    // The kubelet leaves at least two seconds after a hook that used up the grace.
    const leastMs = hook === undefined || graceMs === 0 ? 0 : effectiveMs(this.#context, 2);
    const exit = await instance.stop(Math.max(leastMs, this.#deadline - clock.now()));
    this.#hurry.abort();
    return exit;
  }

  async #until(ms: number): Promise<void> {
    await this.#context.clock.sleep(ms, this.#hurry.signal).catch(() => undefined);
  }

  async #run(hook: Hook): Promise<void> {
    const { instance, spec } = this.#record;
    if (hook.sleep !== undefined) return this.#until(effectiveMs(this.#context, hook.sleep.seconds));
    if (hook.exec !== undefined) {
      const timeoutMs = Math.max(1, this.#deadline - this.#context.clock.now());
      await instance?.exec(hook.exec.command ?? [], timeoutMs);
      return undefined;
    }
    const { httpGet } = hook;
    if (httpGet === undefined) return undefined;
    const named = spec.ports?.find(({ name }) => name === httpGet.port)?.containerPort;
    const port = Number(named ?? httpGet.port);
    return get(httpGet.host ?? this.#address.ip, this.#address.portMap[port] ?? port, httpGet.path ?? '/');
  }
}

/** Whatever the answer is: a hook's failure changes nothing. */
function get(host: string, port: number, path: string): Promise<void> {
  return new Promise((resolve) => {
    const asked = httpRequest({ host, port, path, agent: false }, (answer) => {
      answer.resume();
      answer.once('close', resolve);
    });
    asked.once('error', () => resolve());
    asked.end();
  });
}
