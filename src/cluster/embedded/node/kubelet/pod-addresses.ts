import { OpenbellError } from '../../../../support/index.ts';
import { nodeAddress, podAddresses, type AddressPlan } from '../../config.ts';
import type { Pod } from '../../objects.ts';
import { freePort } from '../kube-proxy/index.ts';

/** Where a pod's containers listen. */
export interface PodAddress {
  ip: string;
  /** Real port of each container port; empty where they are the same. */
  portMap: Record<string, number>;
}

/**
 * Hands out the node's pod addresses, the one unused longest first, so that an old connection never meets a new pod. In
 * `single` mode every pod has 127.0.0.1 and free ports.
 */
export class PodAddresses {
  readonly #hostIP: string;
  readonly #single: boolean;
  readonly #free: string[];
  readonly #taken = new Map<string, PodAddress>();

  constructor(plan: AddressPlan, index: number) {
    this.#hostIP = nodeAddress(plan, index);
    this.#single = plan.mode === 'single';
    this.#free = podAddresses(plan, index);
  }

  /**
   * The pod's address, the same one each time until it is released.
   *
   * @throws {OpenbellError} `NO_POD_ADDRESS` when all are taken.
   */
  async take(pod: Pod): Promise<PodAddress> {
    const uid = pod.metadata?.uid ?? '';
    const taken = this.#taken.get(uid);
    if (taken !== undefined) return taken;
    const address = this.#single
      ? { ip: this.#hostIP, portMap: await freePorts(pod) }
      : { ip: pod.spec?.hostNetwork === true ? this.#hostIP : this.#next(pod.status?.podIP), portMap: {} };
    this.#taken.set(uid, address);
    return address;
  }

  /** The pod's address while it has one. */
  of(podUid: string): PodAddress | undefined {
    return this.#taken.get(podUid);
  }

  release(podUid: string): void {
    const address = this.#taken.get(podUid);
    if (address === undefined) return;
    this.#taken.delete(podUid);
    if (!this.#single && address.ip !== this.#hostIP) this.#free.push(address.ip);
  }

  /** The address that the pod had before the node lost its power, so that nobody who still uses it meets another pod. */
  #next(before: string | undefined): string {
    const at = before === undefined ? -1 : this.#free.indexOf(before);
    const ip = at === -1 ? this.#free.shift() : this.#free.splice(at, 1)[0];
    if (ip !== undefined) return ip;
    throw new OpenbellError('no free address for the pod: expected at most 253 pods on a node', {
      code: 'NO_POD_ADDRESS',
      hint: 'lower the node’s maxPods',
    });
  }
}

async function freePorts(pod: Pod): Promise<Record<string, number>> {
  const portMap: Record<string, number> = {};
  for (const container of [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]) {
    for (const { containerPort } of container.ports ?? []) portMap[containerPort] ??= await freePort();
  }
  return portMap;
}
