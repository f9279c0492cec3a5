import type { Random } from '../../../../support/index.ts';
import { BalancedPort, type PortOptions } from './balanced-port.ts';
import type { Backend, Rule } from './rules.ts';

/**
 * The data plane of one node: serves exactly the rules applied last. Rules stay in force when nobody applies new ones, as
 * kube-proxy's do in the kernel when it is stopped.
 */
export class DataPlane {
  readonly #options: PortOptions;
  readonly #ports = new Map<string, BalancedPort>();
  readonly #node: string;
  /** Nodes whose link is cut. */
  #cut: ReadonlySet<string> = new Set();

  constructor({
    node,
    ...options
  }: {
    log: (message: string) => void;
    speedup: number;
    /** The node's name. */
    node: string;
    random?: Random;
  }) {
    this.#node = node;
    const isCut = (rule: Pick<Rule, 'for'>, backend: Backend): boolean => this.#isCut(rule, backend);
    this.#options = { random: Math.random, ...options, isCut };
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

  /**
   * The links of these nodes are cut: connections over one stand still, new ones are accepted and get no further.
   *
   * @returns how many stand still.
   */
  relink(cut: ReadonlySet<string>): { held: number } {
    this.#cut = cut;
    let held = 0;
    for (const port of this.#ports.values()) held += port.relink();
    return { held };
  }

  /** What stays on one node needs no link. */
  #isCut(rule: Pick<Rule, 'for'>, { node }: Backend): boolean {
    if (rule.for === 'own pods' && node === this.#node) return false;
    return this.#cut.has(this.#node) || (node !== undefined && this.#cut.has(node));
  }

  /** Serves nothing any more and ends every connection. */
  close(): void {
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }
}
