import { appendFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { OpenbellError, systemClock } from '../../../support/index.ts';
import { resources, type Api } from '../api.ts';
import type { NodeConfig } from '../config.ts';
import type { Link } from '../link.ts';
import { Kubelet, PodAddresses, type KubeletOptions } from './kubelet/index.ts';
import { DataPlane, KubeProxy, LocalServices } from './kube-proxy/index.ts';
import { ContainerRuntime, GroupsFile, chooseCpuControl } from './runtime/index.ts';

/** How long the API server is given to answer over a link that was cut. */
const silenceMs = 200;

/** What a node is made of. */
export interface EmbeddedNodeOptions {
  config: NodeConfig;
  /** The API, over `link`. */
  api: Api;
  link: Link;
  log: (message: string) => void;
}

/** How long containers get after SIGTERM when the whole node is shut down. */
const shutDownGraceMs = 500;

/** One node of the cluster: runtime, kubelet and kube-proxy in this process. */
export class EmbeddedNode {
  /** How this node does what depends on the machine, for reports. */
  readonly facts: Record<string, string>;
  readonly #runtime: ContainerRuntime;
  readonly #dataPlane: DataPlane;
  readonly #components: Record<string, Component>;
  readonly #name: string;
  readonly #api: Api;
  readonly #link: Link;

  /** Starts everything. @throws {OpenbellError} when the configuration asks for what this machine cannot do. */
  constructor({ config, api, link, log }: EmbeddedNodeOptions) {
    const { name } = config.node;
    this.#name = name;
    this.#api = api;
    this.#link = link;
    const cgroupsFile = join(config.runDir, 'cgroups');
    appendFileSync(cgroupsFile, '');
    // Two clusters of one name, at different times or at once, do not share a cgroup.
    const unique = createHash('sha256').update(config.runDir).digest('hex').slice(0, 8);
    const cpu = chooseCpuControl({
      method: config.cpuLimits,
      name: `openbell-${config.clusterName}-${name}-${unique}`,
      cgroupsFile,
    });
    this.facts = { cpuLimits: cpu.description };
    this.#runtime = new ContainerRuntime({
      runDir: config.runDir,
      groups: new GroupsFile(config.groupsFile),
      cpu,
    });
    const proxyNode = { name, index: config.index, addresses: config.addresses };
    const localServices = new LocalServices(proxyNode);
    const { speedup } = config.timings;
    this.#dataPlane = new DataPlane({ log: (message) => log(`kube-proxy: ${message}`), speedup, node: name });
    const kubeletOptions: KubeletOptions = {
      api,
      config,
      runtime: this.#runtime,
      localServices,
      addresses: new PodAddresses(config.addresses, config.index),
      clock: systemClock,
      random: Math.random,
      log: (message) => log(`kubelet: ${message}`),
    };
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    this.ready = ready;
    this.#components = {
      kubelet: new Component(() => {
        const kubelet = new Kubelet(kubeletOptions);
        void kubelet.ready.then(resolve);
        return kubelet;
      }),
      'kube-proxy': new Component(
        () =>
          new KubeProxy({
            api,
            node: proxyNode,
            dataPlane: this.#dataPlane,
            localServices,
            minSyncMs: config.timings.proxyMinSyncMs,
          }),
      ),
    };
  }

  /** Resolves when the node is registered and Ready in the API. */
  readonly ready: Promise<void>;

  /**
   * Stops or starts the kubelet or kube-proxy alone; containers run on, connections are balanced by the last rules.
   *
   * @throws {OpenbellError} `COMPONENT_UNKNOWN`.
   */
  component(name: string, action: 'stop' | 'start'): void {
    const component = this.#components[name];
    if (component === undefined) {
      throw new OpenbellError(
        `no component ${name} on a node: expected ${Object.keys(this.#components).join(' or ')}`,
        {
          code: 'COMPONENT_UNKNOWN',
        },
      );
    }
    component[action]();
  }

  /**
   * The links of these nodes are cut, of all others they are not: what goes over a cut link stands still, and what this node
   * says to the API server does, too, where the link is its own.
   *
   * @returns what shows it, one sentence.
   */
  async relink(cut: readonly string[]): Promise<string> {
    const { held } = this.#dataPlane.relink(new Set(cut));
    const stillness = `${held} of its proxy's connections ${held === 1 ? 'stands' : 'stand'} still`;
    if (!cut.includes(this.#name)) {
      this.#link.mend();
      return stillness;
    }
    this.#link.cut();
    const answered = await Promise.race([
      this.#api.get(resources.nodes, { name: this.#name }).then(
        () => true,
        () => false,
      ),
      systemClock.sleep(silenceMs).then(() => false),
    ]);
    if (answered) throw new Error(`the API server still answers ${this.#name}`);
    return `its kubelet has no answer from the API server, and ${stillness}`;
  }

  /** Ends everything that was started. */
  async shutDown(): Promise<void> {
    for (const component of Object.values(this.#components)) component.stop();
    this.#dataPlane.close();
    await this.#runtime.close(shutDownGraceMs);
  }
}

/** Something that can be stopped and started anew; it runs from the beginning. */
class Component {
  readonly #create: () => { stop: () => void };
  #running: { stop: () => void } | undefined;

  constructor(create: () => { stop: () => void }) {
    this.#create = create;
    this.start();
  }

  start(): void {
    this.#running ??= this.#create();
  }

  stop(): void {
    this.#running?.stop();
    this.#running = undefined;
  }
}
