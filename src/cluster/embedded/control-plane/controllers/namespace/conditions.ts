/** What a namespace that is being deleted says about its end. Pure. */
import type { ResourceType } from '../../../api.ts';
import type { KubeObject, Namespace } from '../../../objects.ts';

type Condition = NonNullable<NonNullable<Namespace['status']>['conditions']>[number];

/** What is still there of one kind. */
export interface Remaining {
  type: ResourceType;
  objects: readonly KubeObject[];
}

/** The conditions, with the time of their last change kept where they say the same as before. */
export function deletionConditions(
  before: readonly Condition[],
  remaining: readonly Remaining[],
  now: string,
): Condition[] {
  const said = [
    [
      'NamespaceDeletionDiscoveryFailure',
      'False',
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    [
      'NamespaceDeletionContentFailure',
      'False',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ],
    ['NamespaceContentRemaining', ...contentOf(remaining)],
    ['NamespaceFinalizersRemaining', ...finalizersOf(remaining)],
  ] as const;
  return said.map(([type, status, reason, message]) => {
    const same = before.find((condition) => condition.type === type && condition.status === status);
    return { type, status, lastTransitionTime: same?.lastTransitionTime ?? now, reason, message };
  });
}

function contentOf(remaining: readonly Remaining[]): [string, string, string] {
  if (remaining.length === 0) return ['False', 'ContentRemoved', 'All content successfully removed'];
  const counts = remaining
    .map(({ type, objects }) => `${resourceName(type)} has ${objects.length} resource instances`)
    .sort();
  return ['True', 'SomeResourcesRemain', `Some resources are remaining: ${counts.join(', ')}`];
}

function finalizersOf(remaining: readonly Remaining[]): [string, string, string] {
  const counts = new Map<string, number>();
  for (const { objects } of remaining) {
    for (const finalizer of objects.flatMap(({ metadata }) => metadata?.finalizers ?? []))
      counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
  }
  if (counts.size === 0)
    return ['False', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'];
  const lines = [...counts].map(([name, count]) => `${name} in ${count} resource instances`).sort();
  return [
    'True',
    'SomeFinalizersRemain',
    `Some content in the namespace has finalizers remaining: ${lines.join(', ')}`,
  ];
}

/** `deployments.apps`; `pods.` for the group without a name. */
function resourceName({ plural, group }: ResourceType): string {
  return `${plural}.${group}`;
}
