import { messageOf } from '../../../../support/index.ts';
import type { ProcessImage } from '../../../provider.ts';
import { resources } from '../../api.ts';
import { startInformer, type Informer } from '../../informer.ts';
import type { Pod } from '../../objects.ts';
import type { KubeletContext, KubeletOptions } from './context.ts';
import { EventRecorder } from './event-recorder.ts';
import { MetricsLoop } from './metrics.ts';
import { NodeRegistration } from './node-registration.ts';
import { PodWorker } from './pod-worker.ts';
import { Relist } from './relist.ts';

/**
 * The agent of one node: registers it, renews its Lease, runs the pods that are bound to it and tells the API about all of
 * it. Stopping it leaves the containers running; another one takes them over.
 */
export class Kubelet {
  readonly #context: KubeletContext;
  readonly #stop = new AbortController();
  readonly #workers = new Map<string, PodWorker>();
  readonly #presentImages = new Map<string, ProcessImage>();
  /** Resolves when the node is registered and Ready in the API. */
  readonly ready: Promise<void>;

  constructor(options: KubeletOptions) {
    const { signal } = this.#stop;
    const { api, config, clock, log } = options;
    this.#context = {
      ...options,
      signal,
      events: new EventRecorder({ api, node: config.node.name, clock, log }),
      services: startInformer(api, resources.services, { signal }),
      relist: new Relist(clock, config.timings.podRelistMs),
    };
    const registration = new NodeRegistration(this.#context);
    this.ready = registration.registered;
    void this.#runPods().catch((error: unknown) => {
      if (!signal.aborted) log(`pods are not being run: ${messageOf(error)}`);
    });
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Pods are started only once Services are known, because their variables are set at the start for good. */
  async #runPods(): Promise<void> {
    const { api, config, signal, services } = this.#context;
    await services.synced;
    const pods: Informer<Pod> = startInformer(api, resources.pods, {
      options: { fieldSelector: `spec.nodeName=${config.node.name}` },
      handlers: {
        added: (pod) => this.#added(pod),
        modified: (_previous, pod) => this.#workers.get(uidOf(pod))?.update(pod),
        deleted: (pod) => this.#workers.get(uidOf(pod))?.removed(),
      },
      signal,
    });
    await pods.synced;
    this.#endOrphans();
    void new MetricsLoop(this.#context, () => pods.list());
  }

  #added(pod: Pod): void {
    const uid = uidOf(pod);
    const onDone = (): void => void this.#workers.delete(uid);
    this.#workers.set(uid, new PodWorker(this.#context, pod, { presentImages: this.#presentImages, onDone }));
  }

  /** Containers of pods that were removed while no kubelet was there. */
  #endOrphans(): void {
    const { runtime, addresses } = this.#context;
    for (const uid of new Set(runtime.containers().map(({ spec }) => spec.pod.uid))) {
      if (this.#workers.has(uid)) continue;
      const containers = runtime.containersOf(uid);
      for (const container of containers) void container.stop(0);
      void Promise.all(containers.map(({ gone }) => gone)).then(() => {
        runtime.removePod(uid);
        addresses.release(uid);
      });
    }
  }
}

function uidOf({ metadata }: Pod): string {
  return metadata?.uid ?? '';
}
