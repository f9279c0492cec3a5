import { resources } from '../../../api.ts';
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
    spec.sessionAffinity ??= 'None';
    spec.type ??= 'ClusterIP';
    for (const port of spec.ports ?? []) {
      port.protocol ??= 'TCP';
      port.targetPort ??= port.port;
    }
  },
  prepareCreate(service) {
    service.status = { loadBalancer: {} };
  },
});
