import type { Node, Pod } from '../../objects.ts';
import { nodeView, podView, withPods, type NodeView, type PodView } from './node-view.ts';

/** The nodes and the pods on them, as decisions need them; includes pods that are on their way to a node. */
export class SchedulerCache {
  readonly #nodes = new Map<string, NodeView>();
  readonly #podsByNode = new Map<string, Map<string, PodView>>();
  readonly #nodeOfPod = new Map<string, string>();
  /** Nodes whose sums are out of date. */
  readonly #stale = new Set<string>();

  setNode(node: Node): void {
    const view = nodeView(node);
    this.#nodes.set(view.name, view);
    this.#stale.add(view.name);
  }

  /** Its pods stay known: the node may come back. */
  removeNode(name: string): void {
    this.#nodes.delete(name);
  }

  placePod(pod: Pod, nodeName: string): void {
    const view = podView(pod);
    this.removePod(view.key);
    let pods = this.#podsByNode.get(nodeName);
    if (pods === undefined) this.#podsByNode.set(nodeName, (pods = new Map<string, PodView>()));
    pods.set(view.key, view);
    this.#nodeOfPod.set(view.key, nodeName);
    this.#stale.add(nodeName);
  }

  /** @returns whether the pod was on a node. */
  removePod(key: string): boolean {
    const nodeName = this.#nodeOfPod.get(key);
    if (nodeName === undefined) return false;
    this.#nodeOfPod.delete(key);
    this.#podsByNode.get(nodeName)?.delete(key);
    this.#stale.add(nodeName);
    return true;
  }

  /** The node that the pod is on, or on its way to. */
  nodeOf(key: string): string | undefined {
    return this.#nodeOfPod.get(key);
  }

  /** All nodes, in the order in which they were first seen. */
  nodes(): NodeView[] {
    for (const name of this.#stale) {
      const view = this.#nodes.get(name);
      if (view !== undefined) this.#nodes.set(name, withPods(view, this.#podsByNode.get(name) ?? new Map()));
    }
    this.#stale.clear();
    return [...this.#nodes.values()];
  }
}
