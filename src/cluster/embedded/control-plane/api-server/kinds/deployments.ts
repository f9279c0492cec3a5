import { resources } from '../../../api.ts';
import { deploymentTable } from '../tables/workloads.ts';
import { applyTemplateDefaults } from './pod-defaults.ts';
import { defineKind } from './strategy.ts';

export const deployments = defineKind({
  type: resources.deployments,
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  subresources: ['status', 'scale'],
  countsGenerations: true,
  applyDefaults(deployment) {
    const { spec } = deployment;
    if (spec === undefined) return;
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
    applyTemplateDefaults(spec.template);
  },
  prepareCreate(deployment) {
    deployment.status = {};
  },
  table: deploymentTable,
});
