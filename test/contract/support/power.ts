/** The provider's side of the cluster under test: what the API cannot do. */
import { embeddedProvider } from '../../../src/cluster/embedded/provider.ts';
import type { Cluster } from '../../../src/cluster/provider.ts';
import { target } from './client.ts';

/** Finds the cluster again. Ask `target.power` and `target.components` first whether there is anything to do with it. */
export function attached(): Promise<Cluster> {
  if (target.on !== 'embedded' || target.name === null)
    throw new Error(`no provider is attached to a cluster on ${target.on}`);
  return embeddedProvider().attach(target.name);
}
