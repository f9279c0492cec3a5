import { resources } from '../../../api.ts';
import type { Job } from '../../../objects.ts';
import { jobTable } from '../tables/batch.ts';
import { jobErrors, jobUpdateErrors } from '../validation/job.ts';
import { applyTemplateDefaults } from './pod-defaults.ts';
import { defineKind, type Draft } from './strategy.ts';

const allIndexesMayFail = 2 ** 31 - 1;

export const jobs = defineKind<Job>({
  type: resources.jobs,
  singular: 'job',
  categories: ['all'],
  subresources: ['status'],
  countsGenerations: true,
  // Clients of old expect the pods to stay; kubectl asks for `Background` itself.
  defaultPropagationPolicy: 'Orphan',
  selectableFields: (job) => ({ 'status.successful': String(job.status?.succeeded ?? 0) }),
  applyDefaults(job) {
    const spec = (job.spec ??= {} as NonNullable<typeof job.spec>);
    if (spec.parallelism === undefined) spec.completions ??= 1;
    spec.parallelism ??= 1;
    spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : allIndexesMayFail;
    const labels = spec.template?.metadata?.labels;
    if (labels !== undefined && job.metadata.labels === undefined) job.metadata.labels = { ...labels };
    spec.completionMode ??= 'NonIndexed';
    spec.suspend ??= false;
    spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
    spec.manualSelector ??= false;
    applyTemplateDefaults(spec);
  },
  prepareCreate(job) {
    job.status = {};
    if (job.spec?.manualSelector !== true) giveSelector(job);
    // A Job without labels of its own has those of its pods.
    const labels = job.spec?.template.metadata?.labels;
    if (labels !== undefined) job.metadata.labels ??= { ...labels };
  },
  validate: jobErrors,
  validateUpdate: jobUpdateErrors,
  table: jobTable,
});

/** Labels its pods with its name and UID, and selects them by the UID. */
function giveSelector({ metadata, spec }: Draft<Job>): void {
  if (spec === undefined) return;
  const { name = '', uid = '' } = metadata;
  spec.template ??= {};
  spec.template.metadata ??= {};
  spec.template.metadata.labels = {
    'job-name': name,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'batch.kubernetes.io/controller-uid': uid,
    ...spec.template.metadata.labels,
  };
  spec.selector ??= {};
  spec.selector.matchLabels = { 'batch.kubernetes.io/controller-uid': uid, ...spec.selector.matchLabels };
}
