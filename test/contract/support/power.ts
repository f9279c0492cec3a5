/** The provider's side of the cluster under test: what the API cannot do. */
import { embeddedProvider } from '../../../src/cluster/embedded/provider.ts';
import { kindProvider } from '../../../src/cluster/kind/provider.ts';
import type { Cluster } from '../../../src/cluster/provider.ts';
import { target } from './client.ts';

/** Finds the cluster again. Ask `target.power` and `target.components` first whether there is anything to do with it. */
export function attached(): Promise<Cluster> {
  if (target.on === 'existing' || target.name === null)
    throw new Error('nobody has power over the nodes of a cluster that was there already');
  const provider = target.on === 'embedded' ? embeddedProvider() : kindProvider();
  return provider.attach(target.name);
}
