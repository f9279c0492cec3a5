import { resources } from '../../../api.ts';
import type { PodDisruptionBudget } from '../../../objects.ts';
import { budgetTable } from '../tables/policy.ts';
import { budgetErrors } from '../validation/disruption-budget.ts';
import { defineKind } from './strategy.ts';

export const podDisruptionBudgets = defineKind<PodDisruptionBudget>({
  type: resources.podDisruptionBudgets,
  singular: 'poddisruptionbudget',
  shortNames: ['pdb'],
  subresources: ['status'],
  countsGenerations: true,
  prepareCreate(budget) {
    // Nothing may be disrupted before the controller has counted.
    const counts = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
    budget.status = { disruptionsAllowed: 0, ...counts };
  },
  validate: budgetErrors,
  table: budgetTable,
});
