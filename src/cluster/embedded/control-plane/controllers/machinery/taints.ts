/** Taints of nodes and the tolerations of pods. Pure. */
import type { Node, Pod } from '../../../objects.ts';

export type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number];
export type Toleration = NonNullable<NonNullable<Pod['spec']>['tolerations']>[number];

/** Whether one toleration tolerates the taint; an empty key with `Exists` tolerates all, an empty effect each effect. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key, operator, value, effect } = toleration;
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return Boolean(key) && (value ?? '') === (taint.value ?? '');
}

/** The first of the node's taints with one of the effects that the pod does not tolerate. */
export function untolerated(
  pod: Pod,
  taints: readonly Taint[],
  effects: readonly string[],
): Taint | undefined {
  const tolerations = pod.spec?.tolerations ?? [];
  return taints.find(
    (taint) =>
      effects.includes(taint.effect) && !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
}
