/** Conditions of an autoscaler. Pure. */
import type { Reason } from '../../../../../autoscaler/index.ts';
import type { HorizontalPodAutoscaler } from '../../../objects.ts';

type Condition = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['conditions']>[number];
export type ConditionType = 'AbleToScale' | 'ScalingActive' | 'ScalingLimited';

/** Conditions that are being put together; the time of the last transition is kept where the status stays. */
export class Conditions {
  readonly #now: string;
  #list: Condition[];

  constructor(before: readonly Condition[] | undefined, now: string) {
    this.#list = [...(before ?? [])];
    this.#now = now;
  }

  set(type: ConditionType, { status, reason, message }: Reason): void {
    const text = status ? 'True' : 'False';
    const before = this.#list.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === text ? (before.lastTransitionTime ?? this.#now) : this.#now;
    const condition = { type, status: text, reason, message, lastTransitionTime };
    this.#list = before
      ? this.#list.map((other) => (other === before ? condition : other))
      : [...this.#list, condition];
  }

  list(): Condition[] {
    return this.#list;
  }
}
