import { monotonicMs } from '../../../../support/index.ts';
import { resources, type Api } from '../../api.ts';
import { startInformer, type Informer } from '../../informer.ts';
import type { EndpointSlice, Service } from '../../objects.ts';
import type { DataPlane } from './data-plane.ts';
import type { LocalServices } from './local-services.ts';
import { proxyRules, type ProxyNode } from './rules.ts';

/** What a kube-proxy works with. */
interface KubeProxyOptions {
  api: Api;
  node: ProxyNode;
  dataPlane: DataPlane;
  localServices: LocalServices;
  /** Least time between two looks, ms. */
  minSyncMs: number;
}

/**
 * Follows Services and EndpointSlices and keeps the node's data plane in step. Stopping it freezes the rules: connections are
 * then balanced over the endpoints that were last known.
 */
export class KubeProxy {
  readonly #options: KubeProxyOptions;
  readonly #stop = new AbortController();
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  #synced = false;
  #scheduled = false;
  #timer: NodeJS.Timeout | undefined;
  #syncedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: KubeProxyOptions) {
    this.#options = options;
    const changed = (): void => this.#schedule();
    const handlers = { added: changed, modified: changed, deleted: changed };
    const { signal } = this.#stop;
    this.#services = startInformer(options.api, resources.services, { handlers, signal });
    this.#slices = startInformer(options.api, resources.endpointSlices, { handlers, signal });
    void Promise.all([this.#services.synced, this.#slices.synced]).then(
      () => {
        // Not earlier: rules made from half of the truth would cut off what an earlier life of this proxy serves.
        this.#synced = true;
        changed();
      },
      () => undefined,
    );
  }

  stop(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  /** However many changes come in: one look at everything, and the next only after the least interval, as kube-proxy's runner has it. */
  #schedule(): void {
    if (!this.#synced || this.#scheduled) return;
    this.#scheduled = true;
    const waitMs = this.#syncedAtMs + this.#options.minSyncMs - monotonicMs();
    if (waitMs <= 0) setImmediate(() => this.#run());
    else this.#timer = setTimeout(() => this.#run(), waitMs);
  }

  #run(): void {
    this.#scheduled = false;
    this.#syncedAtMs = monotonicMs();
    void this.#sync().finally(() => (this.#syncedAtMs = monotonicMs()));
  }

  async #sync(): Promise<void> {
    const { node, dataPlane, localServices } = this.#options;
    await localServices.prepare(this.#services.list());
    if (this.#stop.signal.aborted) return;
    const localPort = localServices.port;
    dataPlane.apply(
      proxyRules({ services: this.#services.list(), slices: this.#slices.list(), node, localPort }),
    );
  }
}
