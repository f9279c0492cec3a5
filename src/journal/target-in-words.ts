import type { FaultInject } from './events.ts';

/** What a fault hit: `worker-1, worker-2`; `kubelet of worker-1`; `scheduler`; nothing where it was not injected. */
export function targetInWords(inject: Pick<FaultInject, 'targets' | 'component'> | null): string {
  const { targets = [], component } = inject ?? {};
  if (component === undefined) return targets.map(({ name }) => name).join(', ');
  const nodes = targets.map(({ name, node }) => node ?? name).filter((name) => name !== component);
  return nodes.length === 0 ? component : `${component} of ${nodes.join(', ')}`;
}
