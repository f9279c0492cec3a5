import type { HpaAim, HpaReading } from '../../journal/index.ts';
import { milliOf, type HorizontalPodAutoscaler } from '../../kubernetes/index.ts';

type Spec = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['metrics']>[number];
type Status = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number];
interface Value {
  averageUtilization?: number | undefined;
  averageValue?: string | undefined;
  value?: string | undefined;
}

/** Each metric that an autoscaler goes by beside what its status shows. Pure. */
export function hpaReadings({ spec, status }: HorizontalPodAutoscaler): HpaReading[] {
  const shown = status?.currentMetrics ?? [];
  return (spec?.metrics ?? []).map((one) => {
    const metric = nameOf(one);
    const { target } = partOf(one);
    // The status lists only metrics that could be read.
    const current = partOf(shown.find((other) => nameOf(other) === metric)).current;
    const aim = aimOf(one.resource?.name, target, current);
    return {
      metric,
      target: inWords(target) ?? 'unknown',
      current: inWords(current),
      ratio: ratioOf(current, target),
      ...(aim !== null && { aim }),
    };
  });
}

/** Null of what is not recorded of the pods, so that it cannot be recomputed. */
function aimOf(
  resource: string | undefined,
  target: Value | undefined,
  current: Value | undefined,
): HpaAim | null {
  if (resource !== 'cpu' && resource !== 'memory') return null;
  if (target?.averageUtilization !== undefined) {
    return {
      resource,
      unit: 'percent',
      target: target.averageUtilization,
      shown: current?.averageUtilization ?? null,
    };
  }
  if (target?.averageValue === undefined) return null;
  const shown = current?.averageValue === undefined ? null : milliOf(current.averageValue);
  return { resource, unit: 'milli', target: milliOf(target.averageValue), shown };
}

function partOf(one: Spec | Status | undefined): { target?: Value; current?: Value } {
  return one?.resource ?? one?.containerResource ?? one?.pods ?? one?.object ?? one?.external ?? {};
}

function nameOf({ type, resource, containerResource, pods, object, external }: Spec | Status): string {
  if (resource !== undefined) return resource.name;
  if (containerResource !== undefined)
    return `${containerResource.name} of container ${containerResource.container}`;
  return `${(pods ?? object ?? external)?.metric.name ?? 'unknown'} (${type})`;
}

function inWords(value: Value | undefined): string | null {
  if (value?.averageUtilization !== undefined) return `${value.averageUtilization} %`;
  return value?.averageValue ?? value?.value ?? null;
}

/** In the unit of the target: a status shows the utilization and the value. */
function ratioOf(current: Value | undefined, target: Value | undefined): number | null {
  for (const unit of ['averageUtilization', 'averageValue', 'value'] as const) {
    const [now, aim] = [current?.[unit], target?.[unit]];
    if (aim === undefined) continue;
    if (now === undefined) return null;
    const ratio = amountOf(now) / amountOf(aim);
    return Number.isFinite(ratio) ? ratio : null;
  }
  return null;
}

function amountOf(value: number | string): number {
  return typeof value === 'number' ? value : milliOf(value);
}
