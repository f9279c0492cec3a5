import { isDeepStrictEqual } from 'node:util';
import { selects, requirementsOf } from '../../../../../kubernetes/selector.ts';
import { resources } from '../../../api.ts';
import type { EndpointSlice, Pod, Service } from '../../../objects.ts';
import { orGone, runController, type ControllerContext, type Running } from '../machinery/controller.ts';
import { OwnWrites } from '../machinery/own-writes.ts';
import { controllerReference, keyOf, refOf } from '../machinery/owners.ts';
import { endpointGroups, type Endpoint, type Port } from './endpoints.ts';
import { placeEndpoints } from './placement.ts';

const serviceLabel = 'kubernetes.io/service-name';
const managerLabel = 'endpointslice.kubernetes.io/managed-by';
const headlessLabel = 'service.kubernetes.io/headless';
const manager = 'endpointslice-controller.k8s.io';
const zoneLabel = 'topology.kubernetes.io/zone';

/** Keeps the EndpointSlices of each Service with a selector in step with its pods. */
export function startEndpointSliceController(context: ControllerContext): Running {
  const { api, clock } = context;
  const options = { name: 'endpointslice', component: 'endpoint-slice-controller' };
  return runController(context, options, ({ follow, queue, events }) => {
    const services = follow(resources.services, {
      added: (service) => queue.add(keyOf(service)),
      modified: (_, service) => queue.add(keyOf(service)),
      deleted: (service) => queue.add(keyOf(service)),
    });
    const pods = follow(resources.pods, {
      added: wakeServicesOf,
      modified(previous, pod) {
        if (!isDeepStrictEqual(previous.metadata?.labels, pod.metadata?.labels)) wakeServicesOf(previous);
        wakeServicesOf(pod);
      },
      deleted: wakeServicesOf,
    });
    const slices = follow(
      resources.endpointSlices,
      { added: wakeOwner, modified: (_, slice) => wakeOwner(slice), deleted: wakeOwner },
      { labelSelector: `${managerLabel}=${manager}` },
    );
    const nodes = follow(resources.nodes);
    const writes = new OwnWrites(slices, clock);
    return sync;

    function wakeServicesOf({ metadata }: Pod): void {
      for (const service of services.list()) {
        if (service.metadata?.namespace === metadata?.namespace && isSelected(service, metadata?.labels)) {
          queue.add(keyOf(service));
        }
      }
    }

    function wakeOwner({ metadata }: EndpointSlice): void {
      const service = metadata?.labels?.[serviceLabel];
      if (service !== undefined) queue.add(`${metadata?.namespace}/${service}`);
    }

    async function sync(key: string): Promise<void> {
      const { namespace, name } = refOf(key);
      const service = services.get(namespace, name);
      // The slices of a Service that is gone go with it, being owned by it.
      if (service === undefined || service.metadata?.deletionTimestamp !== undefined) return;
      if (service.spec?.selector === undefined || !writes.areSeen(key)) return;
      const members = pods
        .list()
        .filter(({ metadata }) => metadata?.namespace === namespace && isSelected(service, metadata.labels));
      const groups = endpointGroups(service, members, (node) => zoneOf(node));
      const existing = slices
        .list()
        .filter(
          ({ metadata }) => metadata?.namespace === namespace && metadata.labels?.[serviceLabel] === name,
        )
        .sort((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1));
      const labels = labelsOf(service);
      const { create, update, remove } = placeEndpoints(groups, existing);
      const relabelled = existing.filter(
        (slice) =>
          !isDeepStrictEqual(slice.metadata?.labels, labels) &&
          ![...update, ...remove].some(({ metadata }) => metadata?.uid === slice.metadata?.uid),
      );
      try {
        for (const { ports, endpoints } of create) {
          writes.wrote(
            key,
            await api.create(resources.endpointSlices, sliceOf(service, { ports, endpoints, labels })),
          );
        }
        for (const slice of [...update, ...relabelled]) {
          const metadata = { ...slice.metadata, labels };
          writes.wrote(key, await api.update(resources.endpointSlices, { ...slice, metadata }));
        }
        for (const slice of remove) {
          writes.deleted(key, slice);
          await orGone(api.delete(resources.endpointSlices, { namespace, name: slice.metadata?.name ?? '' }));
        }
      } catch (error) {
        const reason = 'FailedToUpdateEndpointSlices';
        events.warning(
          service,
          reason,
          `Error updating Endpoint Slices for Service ${key}: ${String(error)}`,
        );
        throw error;
      }
    }

    function zoneOf(nodeName: string): string | undefined {
      return nodes.get(undefined, nodeName)?.metadata?.labels?.[zoneLabel];
    }
  });
}

function isSelected({ spec }: Service, labels: Record<string, string> | undefined): boolean {
  if (spec?.selector === undefined || spec.type === 'ExternalName') return false;
  return selects(requirementsOf({ matchLabels: spec.selector }), labels);
}

function labelsOf({ metadata, spec }: Service): Record<string, string> {
  return {
    ...metadata?.labels,
    [serviceLabel]: metadata?.name ?? '',
    [managerLabel]: manager,
    ...(spec?.clusterIP === 'None' && { [headlessLabel]: '' }),
  };
}

function sliceOf(
  service: Service,
  { labels, ...content }: { ports: Port[]; endpoints: Endpoint[]; labels: Record<string, string> },
): EndpointSlice {
  const { namespace, name } = service.metadata ?? {};
  return {
    addressType: 'IPv4',
    metadata: {
      generateName: `${name}-`,
      ...(namespace && { namespace }),
      labels,
      ownerReferences: [controllerReference(service, resources.services)],
    },
    ...content,
  };
}
