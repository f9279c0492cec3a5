import type { Random } from '../../../../support/index.ts';
import { BalancedPort, type PortOptions } from './balanced-port.ts';
import type { Rule } from './rules.ts';

/**
 * The data plane of one node: serves exactly the rules applied last. Rules stay in force when nobody applies new ones, as
 * kube-proxy's do in the kernel when it is stopped.
 */
export class DataPlane {
  readonly #options: PortOptions;
  readonly #ports = new Map<string, BalancedPort>();

  constructor(options: { log: (message: string) => void; speedup: number; random?: Random }) {
    this.#options = { random: Math.random, ...options };
  }

  apply(rules: Rule[]): void {
    const wanted = new Map(rules.map((rule) => [`${rule.host}:${rule.port}`, rule]));
    for (const [address, port] of this.#ports) {
      if (wanted.has(address)) continue;
      port.remove();
      this.#ports.delete(address);
    }
    for (const [address, rule] of wanted) {
      const port = this.#ports.get(address);
      if (port === undefined) this.#ports.set(address, new BalancedPort(rule, this.#options));
      else port.update(rule);
    }
  }

  /** Serves nothing any more and ends every connection. */
  close(): void {
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }
}
