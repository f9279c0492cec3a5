import type { PodDisruptionBudget } from '../../../objects.ts';
import type { Kind } from '../kinds/strategy.ts';
import { age, column, nameColumn } from './cells.ts';

export const budgetTable: NonNullable<Kind<PodDisruptionBudget>['table']> = {
  columns: [
    nameColumn,
    column('Min Available'),
    column('Max Unavailable'),
    { ...column('Allowed Disruptions'), type: 'integer' },
    column('Age'),
  ],
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    String(spec?.minAvailable ?? 'N/A'),
    String(spec?.maxUnavailable ?? 'N/A'),
    status?.disruptionsAllowed ?? 0,
    age(metadata?.creationTimestamp, now),
  ],
};
