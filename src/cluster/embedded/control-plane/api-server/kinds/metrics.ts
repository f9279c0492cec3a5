import type { Context } from './strategy.ts';

/** Metrics are samples that kubelets write; nobody watches them. */
export const metricsVerbs = ['create', 'delete', 'get', 'list', 'update'] as const;

/**
 * A sample that was not renewed for two resolutions says nothing about now; metrics-server drops it likewise. When it was
 * published it was as old as the kubelet's measurement, which takes up to twice the housekeeping interval to be renewed.
 */
export function isFresh(sample: { timestamp: string }, { clock, timings }: Context): boolean {
  return (
    clock.wall() - Date.parse(sample.timestamp) <=
    2 * (timings.metricsResolutionMs + timings.cpuHousekeepingMs)
  );
}
