import { resources } from '../../../api.ts';
import { serviceTable } from '../tables/network.ts';
import { serviceErrors, serviceUpdateErrors } from '../validation/service.ts';
import { reserveAddresses } from './service-addresses.ts';
import { defineKind } from './strategy.ts';

export const services = defineKind({
  type: resources.services,
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  subresources: ['status'],
  selectableFields: (service) => ({
    'spec.clusterIP': service.spec?.clusterIP ?? '',
    'spec.type': service.spec?.type ?? '',
  }),
  applyDefaults(service) {
    const spec = (service.spec ??= {});
    if (Object.keys(spec.selector ?? {}).length === 0) delete spec.selector;
    spec.sessionAffinity ??= 'None';
    if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
    if (spec.sessionAffinity === 'ClientIP') {
      spec.sessionAffinityConfig ??= {};
      spec.sessionAffinityConfig.clientIP ??= {};
      spec.sessionAffinityConfig.clientIP.timeoutSeconds ??= 10_800;
    }
    spec.type ??= 'ClusterIP';
    for (const port of spec.ports ?? []) {
      port.protocol ??= 'TCP';
      port.targetPort ||= port.port;
    }
    if (spec.type === 'ExternalName') return;
    spec.internalTrafficPolicy ??= 'Cluster';
    if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') spec.externalTrafficPolicy ??= 'Cluster';
  },
  prepareCreate(service) {
    service.status = { loadBalancer: {} };
  },
  reserve: reserveAddresses,
  validate: serviceErrors,
  validateUpdate: serviceUpdateErrors,
  table: serviceTable,
});
