import type { AddressPlan } from '../../config.ts';
import type { Timings } from '../../../spec.ts';
import { systemClock, type Clock } from '../../../../support/index.ts';
import { Store } from '../store/index.ts';
import { namespaces } from './kinds/namespaces.ts';
import { unwatchedTables } from './kinds/registry.ts';
import type { Context } from './kinds/strategy.ts';
import { create } from './requests/create.ts';

export interface ApiContextOptions {
  timings: Timings;
  addresses: AddressPlan;
  clock?: Clock;
  /** How many changes of each kind stay known to watches, at least; 1000 when left out. */
  historyLength?: number;
}

const systemNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/**
 * A new, empty cluster state with Kubernetes' own namespaces, and all that requests need. Hand the same one to
 * `createLocalApi` and `startApiServer`; it outlives a stop and start of the server.
 */
export async function createApiContext({
  timings,
  addresses,
  clock = systemClock,
  historyLength = 1000,
}: ApiContextOptions): Promise<Context> {
  const store = new Store({ historyLength, unwatched: unwatchedTables });
  const context: Context = { store, clock, timings, addresses };
  for (const name of systemNamespaces) await create(context, namespaces, { metadata: { name } });
  return context;
}
