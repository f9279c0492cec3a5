/** How endpoints are put into slices so that as few slices as possible change. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { EndpointSlice } from '../../../objects.ts';
import { portsKey, type Endpoint, type EndpointGroup, type Port } from './endpoints.ts';

/** Kubernetes' own limit. */
const maxEndpoints = 100;

/** What is to be done to a Service's slices. */
export interface SliceChanges {
  create: { ports: Port[]; endpoints: Endpoint[] }[];
  update: EndpointSlice[];
  remove: EndpointSlice[];
}

/** Endpoints stay in the slice they are in, new ones go where there is room. A Service always has at least one slice. */
export function placeEndpoints(
  groups: readonly EndpointGroup[],
  existing: readonly EndpointSlice[],
): SliceChanges {
  const changes: SliceChanges = { create: [], update: [], remove: [] };
  const left = new Set(existing);
  for (const { ports, endpoints } of groups) {
    const missing = new Map(endpoints);
    const slices = existing.filter((slice) => portsKey(slice.ports ?? []) === portsKey(ports));
    const contents = slices.map((slice) => ({ slice, endpoints: kept(slice, missing) }));
    for (const { slice, endpoints } of contents) {
      for (const [uid, endpoint] of missing) {
        if (endpoints.length >= maxEndpoints) break;
        endpoints.push(endpoint);
        missing.delete(uid);
      }
      if (endpoints.length === 0) continue;
      left.delete(slice);
      if (!isDeepStrictEqual(endpoints, slice.endpoints)) changes.update.push({ ...slice, endpoints });
    }
    const rest = [...missing.values()];
    for (let start = 0; start < rest.length; start += maxEndpoints) {
      changes.create.push({ ports, endpoints: rest.slice(start, start + maxEndpoints) });
    }
  }
  const [spare, ...others] = left;
  if (groups.length > 0) return { ...changes, remove: [...left] };
  if (spare === undefined) return { ...changes, create: [{ ports: [], endpoints: [] }] };
  const emptied = (spare.endpoints ?? []).length === 0 ? [] : [{ ...spare, endpoints: [] }];
  return { create: [], update: emptied, remove: others };
}

/** The slice's endpoints that are still wanted, as they are now; takes them out of `missing`. */
function kept({ endpoints = [] }: EndpointSlice, missing: Map<string, Endpoint>): Endpoint[] {
  return endpoints.flatMap(({ targetRef }) => {
    const uid = targetRef?.uid ?? '';
    const endpoint = missing.get(uid);
    missing.delete(uid);
    return endpoint === undefined ? [] : [endpoint];
  });
}
