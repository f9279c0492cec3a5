/**
 * The eviction brake: how fast nodes may be marked for eviction, zone by zone. When most of a zone seems lost it is
 * likelier that the network (or the control plane) is at fault than that all those machines are. Source: Kubernetes v1.34,
 * `pkg/controller/nodelifecycle`, as facts.
 */

export type ZoneState = 'normal' | 'partial-disruption' | 'full-disruption';

/** More than two nodes and at least this share of them not ready: partial disruption. */
const unhealthyShare = 0.55;
/** Zones up to this size stop evicting under partial disruption, larger ones slow down by ten. */
const smallZone = 50;

/** The state of a zone by how many of its nodes are ready. */
export function zoneState({ ready, notReady }: { ready: number; notReady: number }): ZoneState {
  if (ready === 0 && notReady > 0) return 'full-disruption';
  if (notReady > 2 && notReady / (ready + notReady) >= unhealthyShare) return 'partial-disruption';
  return 'normal';
}

/** Milliseconds per node that a zone may take; Infinity: none at all. */
export function evictionIntervalMs(state: ZoneState, zoneSize: number, evictionPeriodMs: number): number {
  if (state !== 'partial-disruption') return evictionPeriodMs;
  return zoneSize > smallZone ? 10 * evictionPeriodMs : Number.POSITIVE_INFINITY;
}

/** Lets one through per interval; the first at once. */
export class Pace {
  #intervalMs: number;
  #nextMs = Number.NEGATIVE_INFINITY;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** The one that went last keeps its distance under the new interval. */
  setInterval(intervalMs: number, nowMs: number): void {
    if (intervalMs === this.#intervalMs) return;
    this.#intervalMs = intervalMs;
    if (this.#nextMs > nowMs) this.#nextMs = nowMs + intervalMs;
  }

  /** Milliseconds until the next may go; 0: now, Infinity: not at this pace. */
  waitMs(nowMs: number): number {
    if (this.#intervalMs === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#nextMs - nowMs);
  }

  /** One goes now. */
  go(nowMs: number): void {
    this.#nextMs = nowMs + this.#intervalMs;
  }
}
