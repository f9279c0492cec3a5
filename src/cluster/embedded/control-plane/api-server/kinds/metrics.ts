import type { Context } from './strategy.ts';

/** Metrics are samples that kubelets write; nobody watches them. */
export const metricsVerbs = ['create', 'delete', 'get', 'list', 'update'] as const;

/** A sample that is older than two resolutions says nothing about now; metrics-server drops it likewise. */
export function isFresh(sample: { timestamp: string }, { clock, timings }: Context): boolean {
  return clock.wall() - Date.parse(sample.timestamp) <= 2 * timings.metricsResolutionMs;
}
