import type { Node } from '../../../objects.ts';
import { evictionIntervalMs, Pace, zoneState, type ZoneState } from './brake.ts';
import { readiness } from './health.ts';

interface Zone {
  state: ZoneState;
  pace: Pace;
  /** Names of nodes to be marked for eviction, first come first served. */
  queue: Set<string>;
}

/** The nodes by zone: how the zones are, and which nodes wait to be marked for eviction. */
export class Zones {
  readonly #evictionPeriodMs: number;
  readonly #zones = new Map<string, Zone>();
  #wereAllLost = false;

  constructor(evictionPeriodMs: number) {
    this.#evictionPeriodMs = evictionPeriodMs;
  }

  /** Asks for the node to be marked when its zone's pace allows. */
  enqueue(node: Node): void {
    this.#zone(zoneOf(node)).queue.add(node.metadata?.name ?? '');
  }

  /** The node is ready again, or gone. */
  dequeue(name: string): void {
    for (const { queue } of this.#zones.values()) queue.delete(name);
  }

  /**
   * Takes stock of all nodes and sets the pace of each zone.
   *
   * @returns `lost` when every zone has just been lost: nothing can be concluded then, so nothing is evicted;
   *   `found` when that has just ended; else undefined.
   */
  assess(nodes: readonly Node[], nowMs: number): 'lost' | 'found' | undefined {
    const counts = new Map<string, { ready: number; notReady: number }>();
    for (const node of nodes) {
      const count = counts.get(zoneOf(node)) ?? { ready: 0, notReady: 0 };
      if (readiness(node) === 'True') count.ready += 1;
      else count.notReady += 1;
      counts.set(zoneOf(node), count);
    }
    for (const name of this.#zones.keys()) if (!counts.has(name)) this.#zones.delete(name);
    for (const [name, count] of counts) this.#zone(name).state = zoneState(count);
    const areAllLost =
      counts.size > 0 && [...this.#zones.values()].every(({ state }) => state === 'full-disruption');
    for (const [name, { ready, notReady }] of counts) {
      const zone = this.#zone(name);
      const intervalMs = areAllLost
        ? Number.POSITIVE_INFINITY
        : evictionIntervalMs(zone.state, ready + notReady, this.#evictionPeriodMs);
      zone.pace.setInterval(intervalMs, nowMs);
    }
    const changed = areAllLost !== this.#wereAllLost;
    this.#wereAllLost = areAllLost;
    if (!changed) return undefined;
    return areAllLost ? 'lost' : 'found';
  }

  /** The nodes that may be marked now. */
  due(nowMs: number): string[] {
    const names: string[] = [];
    for (const { pace, queue } of this.#zones.values()) {
      for (const name of queue) {
        if (pace.waitMs(nowMs) > 0) break;
        pace.go(nowMs);
        queue.delete(name);
        names.push(name);
      }
    }
    return names;
  }

  /** Milliseconds until another node may be marked; undefined: none waits, or none may. */
  nextDueInMs(nowMs: number): number | undefined {
    const waits = [...this.#zones.values()].flatMap(({ pace, queue }) =>
      queue.size > 0 ? [pace.waitMs(nowMs)] : [],
    );
    const next = Math.min(...waits);
    return Number.isFinite(next) ? next : undefined;
  }

  #zone(name: string): Zone {
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      zone = { state: 'normal', pace: new Pace(this.#evictionPeriodMs), queue: new Set() };
      this.#zones.set(name, zone);
    }
    return zone;
  }
}

function zoneOf({ metadata }: Node): string {
  const labels = metadata?.labels ?? {};
  return `${labels['topology.kubernetes.io/region'] ?? ''}:${labels['topology.kubernetes.io/zone'] ?? ''}`;
}
