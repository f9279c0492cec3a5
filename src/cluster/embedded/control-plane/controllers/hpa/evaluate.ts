/** What an autoscaler's metrics ask for together. Pure. */
import {
  MetricUnavailable,
  replicasForAverageValue,
  replicasForUtilization,
  type ReplicaRules,
} from '../../../../../autoscaler/index.ts';
import { canonical, milliOf, parseQuantity } from '../../../../../kubernetes/quantity.ts';
import type { HorizontalPodAutoscaler, Pod, PodMetrics } from '../../../objects.ts';
import { samplesOf, scaledPods, type Measured } from './measure.ts';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;
type MetricSpec = NonNullable<Spec['metrics']>[number];
type MetricStatus = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number];

/** What the metrics are evaluated on. */
export interface Measurements {
  pods: readonly Pod[];
  metrics: readonly PodMetrics[];
  rules: Omit<ReplicaRules, 'resource'>;
}

/** A metric that could not be evaluated: reason of the condition and Event, and its message. */
interface Unavailable {
  reason: string;
  message: string;
  /** What the message that sums up all metrics puts before it. */
  context: string;
}

/** The highest of the proposals, or why there is none to go by. */
export interface Evaluation {
  /** undefined: too little is known to decide. */
  proposal: { replicas: number; metric: string } | undefined;
  statuses: MetricStatus[];
  unavailable: Unavailable[];
}

/** Evaluates every metric. A metric that is not available forbids shrinking, and all being so any decision. */
export function evaluate(specs: readonly MetricSpec[], measurements: Measurements): Evaluation {
  const statuses: MetricStatus[] = [];
  const unavailable: Unavailable[] = [];
  let highest: { replicas: number; metric: string } | undefined;
  for (const spec of specs) {
    const result = evaluateOne(spec, measurements);
    if ('reason' in result) unavailable.push(result);
    else {
      statuses.push(result.status);
      if (highest === undefined || result.replicas > highest.replicas) highest = result;
    }
  }
  const wouldShrink = (highest?.replicas ?? 0) < measurements.rules.currentReplicas;
  const isUnsure = unavailable.length === specs.length || (unavailable.length > 0 && wouldShrink);
  return {
    proposal:
      isUnsure || highest === undefined ? undefined : { replicas: highest.replicas, metric: highest.metric },
    statuses,
    unavailable,
  };
}

interface Evaluated {
  replicas: number;
  metric: string;
  status: MetricStatus;
}

function evaluateOne(spec: MetricSpec, measurements: Measurements): Evaluated | Unavailable {
  const { resource, containerResource, type } = spec;
  if (type === 'Resource' && resource !== undefined) {
    const measured = { resource: resource.name };
    return evaluateResource(measured, resource.target, {
      measurements,
      reason: 'FailedGetResourceMetric',
      wrap: (current) => ({ type, resource: { name: resource.name, current } }),
    });
  }
  if (type === 'ContainerResource' && containerResource !== undefined) {
    const { name, container, target } = containerResource;
    return evaluateResource({ resource: name, container }, target, {
      measurements,
      reason: 'FailedGetContainerResourceMetric',
      wrap: (current) => ({ type, containerResource: { name, container, current } }),
    });
  }
  const api = type === 'External' ? 'external' : 'custom';
  return {
    reason: `FailedGet${type}Metric`,
    context: `failed to get ${type.toLowerCase()} metric value`,
    message:
      `unable to get metric: unable to fetch metrics from ${api} metrics API: ` +
      'the server could not find the requested resource',
  };
}

type Target = NonNullable<MetricSpec['resource']>['target'];
type Current = NonNullable<MetricStatus['resource']>['current'];

function evaluateResource(
  measured: Measured,
  target: Target,
  how: { measurements: Measurements; reason: string; wrap: (current: Current) => MetricStatus },
): Evaluated | Unavailable {
  const { pods, metrics, rules } = how.measurements;
  const { resource, container } = measured;
  const name = `${resource}${container === undefined ? '' : ' container'} resource`;
  const isUtilization = target.averageValue === undefined;
  try {
    if (pods.length === 0)
      throw new MetricUnavailable('no pods returned by selector while calculating replica count');
    const counted = scaledPods(pods, measured);
    const samples = samplesOf(metrics, pods, measured);
    const ruled = { ...rules, resource };
    if (!isUtilization) {
      const got = replicasForAverageValue(counted, samples, milliOf(target.averageValue ?? '0'), ruled);
      return {
        replicas: got.replicas,
        metric: name,
        status: how.wrap({ averageValue: milliQuantity(got.averageMilli) }),
      };
    }
    const got = replicasForUtilization(counted, samples, target.averageUtilization ?? 0, ruled);
    const current = {
      averageUtilization: got.utilizationPercent ?? 0,
      averageValue: milliQuantity(got.averageMilli),
    };
    const metric = `${name} utilization (percentage of request)`;
    return { replicas: got.replicas, metric, status: how.wrap(current) };
  } catch (error) {
    if (!(error instanceof MetricUnavailable)) throw error;
    const what = isUtilization ? 'utilization' : 'usage';
    const context = `failed to get ${resource} ${container === undefined ? 'resource' : 'container'} metric value`;
    return { reason: how.reason, context, message: `failed to get ${resource} ${what}: ${error.message}` };
  }
}

function milliQuantity(milli: number): string {
  return canonical(parseQuantity(`${milli}m`));
}
