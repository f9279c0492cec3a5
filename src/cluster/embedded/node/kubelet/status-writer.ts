import { isDeepStrictEqual } from 'node:util';
import { ApiError, resources, type Api } from '../../api.ts';
import { portMapAnnotation } from '../../config.ts';
import type { Pod } from '../../objects.ts';
import type { PodStatus } from './pod-status.ts';

/** First and longest wait before a write that failed is tried again. */
const retryMs = { first: 20, longest: 1_000 };

export interface StatusWriterOptions {
  api: Api;
  /** The newest state of the pod that is known; null when it is gone. */
  pod: () => Pod | null;
  /** What the status has to be, given that state. */
  wanted: (pod: Pod) => PodStatus;
  /** Real ports, where they differ from the containers' own. */
  portMap: () => Record<string, number>;
  /** Called with the API's answer to each write. */
  onWritten: (pod: Pod) => void;
  onError: (error: unknown) => void;
  signal: AbortSignal;
}

/**
 * Keeps a pod's status in the API equal to what the kubelet knows. Writes at once; what changes while a write is under way
 * goes into the next one. Also a status that somebody else overwrote is put right.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  #writing: Promise<void> | undefined;
  #changed = false;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /** Say that something may have changed. */
  touch(): void {
    if (this.#options.signal.aborted) return;
    this.#changed = true;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
      // A touch that came in after the last look.
      if (this.#changed) this.touch();
    });
  }

  /** Resolves when the API has the status of now, or the pod is gone. */
  async settled(): Promise<void> {
    this.touch();
    while (this.#writing !== undefined) await this.#writing;
  }

  async #write(): Promise<void> {
    const { api, signal, onError } = this.#options;
    let waitMs = retryMs.first;
    // Changes made in the same turn of the event loop are one write.
    await new Promise(setImmediate);
    while (this.#changed && !signal.aborted) {
      this.#changed = false;
      const patch = this.#difference();
      if (patch === undefined) continue;
      try {
        this.#options.onWritten(await api.patch(resources.pods, patch.ref, patch.body, 'status'));
        waitMs = retryMs.first;
      } catch (error) {
        // Gone, or another pod of the same name by now: there is nobody to tell.
        if (error instanceof ApiError && [404, 409].includes(error.code)) return;
        onError(error);
        this.#changed = true;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        waitMs = Math.min(waitMs * 2, retryMs.longest);
      }
    }
  }

  #difference(): { ref: { namespace: string | undefined; name: string }; body: object } | undefined {
    const pod = this.#options.pod();
    if (pod === null) return undefined;
    const { namespace, name = '', uid } = pod.metadata ?? {};
    const status = JSON.parse(JSON.stringify(this.#options.wanted(pod))) as PodStatus;
    const current = pod.status as Record<string, unknown> | undefined;
    const changed = Object.entries(status).filter(
      ([key, value]) => !isDeepStrictEqual(value, current?.[key]),
    );
    const annotations = this.#annotations(pod);
    if (changed.length === 0 && annotations === undefined) return undefined;
    const body = {
      metadata: { uid, ...(annotations && { annotations }) },
      status: Object.fromEntries(changed),
    };
    return { ref: { namespace, name }, body };
  }

  #annotations(pod: Pod): Record<string, string> | undefined {
    const portMap = this.#options.portMap();
    if (Object.keys(portMap).length === 0) return undefined;
    const value = JSON.stringify(portMap);
    return pod.metadata?.annotations?.[portMapAnnotation] === value
      ? undefined
      : { [portMapAnnotation]: value };
  }
}
