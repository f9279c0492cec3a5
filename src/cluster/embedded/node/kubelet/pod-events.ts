import type { Pod } from '../../objects.ts';
import type { ContainerRecord } from './container-record.ts';
import type { EventRecorder } from './event-recorder.ts';

/** Writes a pod's events, about the pod or one of its containers. */
export class PodEvents {
  readonly #recorder: EventRecorder;
  readonly #pod: () => Pod;

  constructor(recorder: EventRecorder, pod: () => Pod) {
    this.#recorder = recorder;
    this.#pod = pod;
  }

  normal(reason: string, message: string, record?: ContainerRecord): void {
    this.#record('Normal', reason, message, record);
  }

  warning(reason: string, message: string, record?: ContainerRecord): void {
    this.#record('Warning', reason, message, record);
  }

  #record(
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    record: ContainerRecord | undefined,
  ): void {
    const { metadata } = this.#pod();
    const list = record?.role === 'app' ? 'containers' : 'initContainers';
    this.#recorder.record(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        ...(metadata?.namespace !== undefined && { namespace: metadata.namespace }),
        ...(metadata?.name !== undefined && { name: metadata.name }),
        ...(metadata?.uid !== undefined && { uid: metadata.uid }),
        ...(metadata?.resourceVersion !== undefined && { resourceVersion: metadata.resourceVersion }),
        ...(record !== undefined && { fieldPath: `spec.${list}{${record.spec.name}}` }),
      },
      type,
      reason,
      message,
    );
  }
}
