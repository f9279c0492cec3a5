/** Pure: seconds written in Kubernetes objects, divided by a speed-up where the cluster does not do it itself. */
import type { HorizontalPodAutoscaler, KubeObject, Pod, PodTemplateSpec } from '../kubernetes/index.ts';

/** Objects whose seconds were divided, and where a whole second was too coarse. */
export interface SpedUp<T> {
  object: T;
  /** Each as a sentence. */
  notFollowed: string[];
}

type PodSpec = NonNullable<Pod['spec']>;
type Probe = PodSpec['containers'][number]['readinessProbe'];
type Behavior = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['behavior']>;
type Rules = NonNullable<Behavior['scaleUp']>;

/**
 * A copy of the object with every second that Kubernetes counts by divided by `speedup`: of probes (save their time-outs),
 * grace, tolerations, of the Deployment and of the autoscaler's behaviour, whose defaults are written out. Kubernetes takes whole seconds,
 * so what does not divide is rounded up.
 */
export function spedUp<T extends KubeObject>(object: T, speedup: number): SpedUp<T> {
  const notFollowed: string[] = [];
  if (speedup === 1) return { object, notFollowed };
  const copy = structuredClone(object);
  const where = `${object.kind} ${object.metadata?.name}`;

  function divide(holder: object | undefined, ...fields: string[]): void {
    const values = holder as Record<string, number | undefined> | undefined;
    for (const field of fields) {
      const nominal = values?.[field];
      if (values === undefined || nominal === undefined || nominal === 0) continue;
      const exact = nominal / speedup;
      const whole = Math.max(1, Math.ceil(Number(exact.toFixed(6))));
      values[field] = whole;
      if (whole !== exact) {
        const text = `${where}: ${field} ${nominal} s is ${Number(exact.toPrecision(3))} s at this speed-up; ${whole} s is in force`;
        if (!notFollowed.includes(text)) notFollowed.push(text);
      }
    }
  }

  function probe(it: Probe): void {
    // Not the time-out: how long an answer may take follows from the program and its CPU, not from the cluster's pace. A pod
    // that is merely busy would be restarted, and its work would fall on the others.
    divide(it, 'initialDelaySeconds', 'periodSeconds', 'terminationGracePeriodSeconds');
  }

  function pod(spec: PodSpec | undefined): void {
    divide(spec, 'terminationGracePeriodSeconds', 'activeDeadlineSeconds');
    for (const toleration of spec?.tolerations ?? []) divide(toleration, 'tolerationSeconds');
    for (const each of [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]) {
      for (const it of [each.readinessProbe, each.livenessProbe, each.startupProbe]) probe(it);
    }
  }

  switch (object.kind) {
    case 'HorizontalPodAutoscaler':
      autoscaler(copy as KubeObject as HorizontalPodAutoscaler);
      break;
    case 'Pod':
      pod((copy as KubeObject as Pod).spec);
      break;
    default: {
      const { spec } = copy as KubeObject & { spec?: { template?: PodTemplateSpec } };
      divide(spec, 'minReadySeconds', 'progressDeadlineSeconds', 'activeDeadlineSeconds');
      pod(spec?.template?.spec);
    }
  }
  return { object: copy, notFollowed };

  function autoscaler({ spec }: HorizontalPodAutoscaler): void {
    if (spec === undefined) return;
    const { scaleUp, scaleDown } = spec.behavior ?? {};
    spec.behavior = {
      scaleUp: rules(scaleUp, defaultScaleUp),
      scaleDown: rules(scaleDown, defaultScaleDown),
    };
  }

  function rules(given: Rules | undefined, byDefault: Rules): Rules {
    const filled = { ...structuredClone(byDefault), ...given };
    divide(filled, 'stabilizationWindowSeconds');
    for (const policy of filled.policies ?? []) divide(policy, 'periodSeconds');
    return filled;
  }
}

const percent: NonNullable<Rules['policies']>[number] = { type: 'Percent', value: 100, periodSeconds: 15 };
/** Kubernetes' own behaviour, of which the window for shrinking is left to the controller's setting. */
const defaultScaleUp: Rules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, percent],
};
const defaultScaleDown: Rules = { selectPolicy: 'Max', policies: [percent] };
