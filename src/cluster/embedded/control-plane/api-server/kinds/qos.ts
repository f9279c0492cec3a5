import type { Pod } from '../../../objects.ts';

/**
 * The pod's quality of service: `Guaranteed` when every container's CPU and memory limits are set and equal its requests,
 * `BestEffort` when none asks for anything, else `Burstable`.
 */
export function qosClass(spec: NonNullable<Pod['spec']>): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  // A pod without any is refused, but only after this.
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const counted = ['cpu', 'memory'];
  let anything = false;
  let guaranteed = true;
  for (const { resources } of containers) {
    for (const name of counted) {
      const request = resources?.requests?.[name];
      const limit = resources?.limits?.[name];
      if (request !== undefined || limit !== undefined) anything = true;
      if (limit === undefined || (request ?? limit) !== limit) guaranteed = false;
    }
  }
  if (!anything) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
