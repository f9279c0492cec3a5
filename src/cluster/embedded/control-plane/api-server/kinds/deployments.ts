import { resources } from '../../../api.ts';
import type { Deployment } from '../../../objects.ts';
import { deploymentTable } from '../tables/workloads.ts';
import { deploymentErrors } from '../validation/deployment.ts';
import { selectorUpdateErrors } from '../validation/pod-spec.ts';
import { applyTemplateDefaults } from './pod-defaults.ts';
import { defineKind } from './strategy.ts';

export const deployments = defineKind<Deployment>({
  type: resources.deployments,
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  subresources: ['status', 'scale'],
  countsGenerations: true,
  applyDefaults(deployment) {
    const spec = (deployment.spec ??= {} as NonNullable<typeof deployment.spec>);
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    spec.strategy ??= {};
    spec.strategy.type ||= 'RollingUpdate';
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate ??= {};
      spec.strategy.rollingUpdate.maxSurge ??= '25%';
      spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    }
    applyTemplateDefaults(spec);
  },
  prepareCreate(deployment) {
    deployment.status = {};
  },
  validate: deploymentErrors,
  validateUpdate: selectorUpdateErrors,
  table: deploymentTable,
});
