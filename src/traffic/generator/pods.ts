import type { SecondRecord } from './second-record.ts';

/** A pod that answered, as its `x-pod` and `x-node` headers name it. */
export class Pod {
  readonly name: string;
  node: string;
  /** Open connections whose last answer came from here. */
  connections = 0;
  /** The tally last written to, and its second: most answers of a pod fall into the second of the one before. */
  second: SecondRecord | null = null;
  tally: PodTally | null = null;

  constructor(name: string, node: string) {
    this.name = name;
    this.node = node;
  }
}

/** What a pod answered of one second's requests. Instants are the generator's clock. */
export interface PodTally {
  ok: number;
  httpError: number;
  /** Of these, on a connection that had been used before. */
  reused: number;
  firstMs: number;
  lastMs: number;
}

/** All pods seen so far. */
export class Pods {
  readonly #byName = new Map<string, Pod>();

  get(name: string, node: string): Pod {
    let pod = this.#byName.get(name);
    if (pod === undefined) {
      pod = new Pod(name, node);
      this.#byName.set(name, pod);
    }
    if (node !== '') pod.node = node;
    return pod;
  }

  /** How many connections each pod has now. */
  connections(): Map<Pod, number> {
    return new Map([...this.#byName.values()].map((pod) => [pod, pod.connections]));
  }
}

/** Reads the pod's name and node from an answer's headers (names and values in turn); null where it names none. */
export function podOf(headers: readonly string[], pods: Pods, likely: Pod | null): Pod | null {
  let name = '';
  let node = '';
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const header = headers[i] ?? '';
    if (header.length === 5 && header.toLowerCase() === 'x-pod') name = headers[i + 1] ?? '';
    else if (header.length === 6 && header.toLowerCase() === 'x-node') node = headers[i + 1] ?? '';
  }
  if (name === '') return null;
  return likely !== null && likely.name === name && (node === '' || likely.node === node)
    ? likely
    : pods.get(name, node);
}
