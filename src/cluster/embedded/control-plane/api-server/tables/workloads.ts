import type { Deployment, HorizontalPodAutoscaler, ReplicaSet } from '../../../objects.ts';
import {
  printRequirements,
  requirementsOf,
  type LabelSelectorSpec,
} from '../../../../../kubernetes/selector.ts';
import type { Kind } from '../kinds/strategy.ts';
import { age, column, containersOf, nameColumn, orNone } from './cells.ts';

type Metric = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['metrics']>[number];
type MetricStatus = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number];

const containerColumns = [column('Containers', 'wide'), column('Images', 'wide'), column('Selector', 'wide')];

export const deploymentTable: NonNullable<Kind<Deployment>['table']> = {
  columns: [
    nameColumn,
    column('Ready'),
    column('Up-to-date'),
    column('Available'),
    column('Age'),
    ...containerColumns,
  ],
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    status?.updatedReplicas ?? 0,
    status?.availableReplicas ?? 0,
    age(metadata?.creationTimestamp, now),
    ...containersOf(spec?.template),
    selectorText(spec?.selector),
  ],
};

export const replicaSetTable: NonNullable<Kind<ReplicaSet>['table']> = {
  columns: [
    nameColumn,
    { ...column('Desired'), type: 'integer' },
    { ...column('Current'), type: 'integer' },
    { ...column('Ready'), type: 'integer' },
    column('Age'),
    ...containerColumns,
  ],
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    spec?.replicas ?? 0,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    age(metadata?.creationTimestamp, now),
    ...containersOf(spec?.template),
    orNone(selectorText(spec?.selector)),
  ],
};

export const autoscalerTable: NonNullable<Kind<HorizontalPodAutoscaler>['table']> = {
  columns: [
    nameColumn,
    column('Reference'),
    column('Targets'),
    column('MinPods'),
    column('MaxPods'),
    column('Replicas'),
    column('Age'),
  ],
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    `${spec?.scaleTargetRef.kind}/${spec?.scaleTargetRef.name}`,
    targetsOf(spec?.metrics ?? [], status?.currentMetrics ?? []),
    spec?.minReplicas === undefined ? '<unset>' : String(spec.minReplicas),
    spec?.maxReplicas ?? 0,
    status?.currentReplicas ?? 0,
    age(metadata?.creationTimestamp, now),
  ],
};

/** A label selector as kubectl writes it. */
export function selectorText(selector: LabelSelectorSpec | undefined): string {
  return selector === undefined ? '' : printRequirements(requirementsOf(selector));
}

const shownMetrics = 2;

function targetsOf(metrics: Metric[], statuses: MetricStatus[]): string {
  if (metrics.length === 0) return '<none>';
  const shown = metrics.slice(0, shownMetrics).map((metric, index) => targetOf(metric, statuses[index]));
  const more = metrics.length > shownMetrics ? ` + ${metrics.length - shownMetrics} more...` : '';
  return shown.join(', ') + more;
}

function targetOf(metric: Metric, status: MetricStatus | undefined): string {
  const named = metric.resource ?? metric.containerResource;
  if (named !== undefined) {
    const current = (status?.resource ?? status?.containerResource)?.current;
    const { averageValue, averageUtilization } = named.target;
    const percent = (value: number | undefined, missing: string): string =>
      value === undefined ? missing : `${value}%`;
    return averageValue === undefined
      ? `${named.name}: ${percent(current?.averageUtilization, '<unknown>')}/${percent(averageUtilization, '<auto>')}`
      : `${named.name}: ${current?.averageValue ?? '<unknown>'}/${averageValue}`;
  }
  if (metric.pods !== undefined) {
    return `${status?.pods?.current.averageValue ?? '<unknown>'}/${metric.pods.target.averageValue}`;
  }
  const other = metric.object ?? metric.external;
  if (other === undefined) return '<unknown type>';
  const current = (status?.object ?? status?.external)?.current;
  return other.target.averageValue === undefined
    ? `${current?.value ?? '<unknown>'}/${other.target.value}`
    : `${current?.averageValue ?? '<unknown>'}/${other.target.averageValue} (avg)`;
}
