import type { Job } from '../../../objects.ts';
import type { Kind } from '../kinds/strategy.ts';
import { age, column, containersOf, nameColumn, orNone } from './cells.ts';
import { selectorText } from './workloads.ts';

export const jobTable: NonNullable<Kind<Job>['table']> = {
  columns: [
    nameColumn,
    column('Status'),
    column('Completions'),
    column('Duration'),
    column('Age'),
    column('Containers', 'wide'),
    column('Images', 'wide'),
    column('Selector', 'wide'),
  ],
  cells: (job, now) => [
    job.metadata?.name ?? '',
    statusOf(job),
    completionsOf(job),
    durationOf(job, now),
    age(job.metadata?.creationTimestamp, now),
    ...containersOf(job.spec?.template),
    orNone(selectorText(job.spec?.selector)),
  ],
};

/** The first of these that holds. */
function statusOf({ metadata, status }: Job): string {
  const has = (type: string): boolean =>
    (status?.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata?.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completionsOf({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationOf({ status }: Job, now: number): string {
  if (status?.startTime === undefined) return '';
  const end = status.completionTime === undefined ? now : Date.parse(status.completionTime);
  return age(status.startTime, end);
}
