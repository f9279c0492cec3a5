/**
 * How many replicas one metric asks for: the arithmetic of the HorizontalPodAutoscaler, without its limits and without its
 * memory (those are in behaviour.ts). Source: Kubernetes v1.34, `pkg/controller/podautoscaler`, as facts; checked row by
 * row against its answers.
 */
import { sum } from '../support/index.ts';

/** What the calculation needs to know of one pod. Times are milliseconds on any common clock. */
export interface ScaledPod {
  name: string;
  phase: string;
  /** Has a deletion timestamp. */
  deleting: boolean;
  /** Status of the Ready condition; null: the pod has none. */
  ready: boolean | null;
  /** When the Ready condition last changed. */
  readyChangedAtMs: number;
  /** status.startTime; null: not started by a kubelet yet. */
  startedAtMs: number | null;
  /** What the containers that are measured request, in the metric's unit (milli), or the one that requests nothing. */
  request: { milli: number } | { missingIn: string };
}

/** What a pod was measured to use. */
export interface PodSample {
  milli: number;
  takenAtMs: number;
  /** The span that `milli` averages over. */
  windowMs: number;
}

/** Relative deviations from the target within which nothing is done: 0.1 is 10 %. */
interface Tolerances {
  up: number;
  down: number;
}

/** Everything besides pods and samples. */
export interface ReplicaRules {
  currentReplicas: number;
  tolerances: Tolerances;
  nowMs: number;
  cpuInitializationMs: number;
  initialReadinessDelayMs: number;
  /** CPU samples of pods that start up are set aside; those of other resources are not. */
  resource: string;
}

/** What the metric asks for, and why. */
export interface ReplicaProposal {
  /** Equal to the current number when nothing is to be done. */
  replicas: number;
  /** Measured use per requested unit, in whole percent, over the pods that count. */
  utilizationPercent: number | null;
  /** Mean use of the pods that count. */
  averageMilli: number;
  /** Use divided by target, before pods without a sample were filled in. */
  ratio: number;
  setAside: PodGroups;
}

/** Names of pods by how they are treated. */
interface PodGroups {
  readyCount: number;
  /** Not ready, or their sample reaches back into their start: 0 when growing, otherwise left out. */
  unready: string[];
  /** No sample: their whole request when shrinking, 0 when growing. */
  missing: string[];
  /** Failed or going away: never counted. */
  ignored: string[];
}

/** The metric cannot be evaluated; the message is Kubernetes' own. */
export class MetricUnavailable extends Error {
  override readonly name = 'MetricUnavailable';
}

/**
 * Replicas that bring the pods' use of a resource to `targetPercent` of what they request.
 *
 * @throws {MetricUnavailable} when no sample counts or a pod requests nothing.
 */
export function replicasForUtilization(
  pods: readonly ScaledPod[],
  samples: ReadonlyMap<string, PodSample>,
  targetPercent: number,
  rules: ReplicaRules,
): ReplicaProposal {
  const requestOf = (name: string): number => requests.get(name) ?? 0;
  const setAside = groupPods(pods, samples, rules);
  const counted = countedSamples(samples, setAside, rules.resource);
  const requests = requestsOf(pods, rules.resource);
  const measure = (): Measure => {
    const known = [...counted].filter(([name]) => requests.has(name));
    const used = sum(known.map(([, milli]) => milli));
    const requested = sum(known.map(([name]) => requestOf(name)));
    if (requested === 0) throw new MetricUnavailable('no metrics returned matched known pods');
    const percent = Math.trunc((used * 100) / requested);
    return { ratio: percent / targetPercent, percent, averageMilli: Math.trunc(used / known.length) };
  };
  // A target above 100 % would read a pod counted at 100 % as idle.
  const whenShrinking = (name: string): number =>
    Math.trunc((requestOf(name) * Math.max(100, targetPercent)) / 100);
  return propose({ counted, setAside, measure, whenShrinking, rules });
}

/**
 * Replicas that bring the pods' mean use to `targetMilli`.
 *
 * @throws {MetricUnavailable} when no sample counts.
 */
export function replicasForAverageValue(
  pods: readonly ScaledPod[],
  samples: ReadonlyMap<string, PodSample>,
  targetMilli: number,
  rules: ReplicaRules,
): ReplicaProposal {
  const setAside = groupPods(pods, samples, rules);
  const counted = countedSamples(samples, setAside, rules.resource);
  const measure = (): Measure => {
    const averageMilli = Math.trunc(sum([...counted.values()]) / counted.size);
    return { ratio: averageMilli / targetMilli, percent: null, averageMilli };
  };
  return propose({ counted, setAside, measure, whenShrinking: () => targetMilli, rules });
}

interface Measure {
  ratio: number;
  percent: number | null;
  averageMilli: number;
}

interface Calculation {
  /** Use by pod; pods are filled in while calculating. */
  counted: Map<string, number>;
  setAside: PodGroups;
  measure: () => Measure;
  /** What a pod without a sample is taken to use when shrinking. */
  whenShrinking: (pod: string) => number;
  rules: ReplicaRules;
}

function propose({ counted, setAside, measure, whenShrinking, rules }: Calculation): ReplicaProposal {
  const { currentReplicas, tolerances } = rules;
  const { ratio, percent, averageMilli } = measure();
  const proposal = (replicas: number): ReplicaProposal => ({
    replicas,
    utilizationPercent: percent,
    averageMilli,
    ratio,
    setAside,
  });
  const growsWithUnready = setAside.unready.length > 0 && ratio > 1;
  if (!growsWithUnready && setAside.missing.length === 0) {
    if (isWithin(ratio, tolerances)) return proposal(currentReplicas);
    return proposal(Math.ceil(ratio * setAside.readyCount));
  }

  // Assume of pods that nobody measured what speaks against the change, then see whether it is still due.
  if (ratio < 1) for (const name of setAside.missing) counted.set(name, whenShrinking(name));
  if (ratio > 1) for (const name of setAside.missing) counted.set(name, 0);
  if (growsWithUnready) for (const name of setAside.unready) counted.set(name, 0);
  const cautious = measure().ratio;
  const turned = (ratio < 1 && cautious > 1) || (ratio > 1 && cautious < 1);
  if (turned || isWithin(cautious, tolerances)) return proposal(currentReplicas);
  const replicas = Math.ceil(cautious * counted.size);
  const wrongWay =
    (cautious < 1 && replicas > currentReplicas) || (cautious > 1 && replicas < currentReplicas);
  return proposal(wrongWay ? currentReplicas : replicas);
}

function isWithin(ratio: number, { up, down }: Tolerances): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}

function countedSamples(
  samples: ReadonlyMap<string, PodSample>,
  aside: PodGroups,
  resource: string,
): Map<string, number> {
  if (samples.size === 0) {
    throw new MetricUnavailable(
      `unable to get metrics for resource ${resource}: no metrics returned from resource metrics API`,
    );
  }
  const out = new Set([...aside.ignored, ...aside.unready]);
  const counted = new Map<string, number>();
  for (const [name, { milli }] of samples) if (!out.has(name)) counted.set(name, milli);
  if (counted.size === 0) {
    throw new MetricUnavailable('did not receive metrics for targeted pods (pods might be unready)');
  }
  return counted;
}

function groupPods(
  pods: readonly ScaledPod[],
  samples: ReadonlyMap<string, PodSample>,
  rules: ReplicaRules,
): PodGroups {
  const groups: PodGroups = { readyCount: 0, unready: [], missing: [], ignored: [] };
  for (const pod of pods) {
    const sample = samples.get(pod.name);
    if (pod.deleting || pod.phase === 'Failed') groups.ignored.push(pod.name);
    else if (pod.phase === 'Pending') groups.unready.push(pod.name);
    else if (sample === undefined) groups.missing.push(pod.name);
    else if (rules.resource === 'cpu' && isStarting(pod, sample, rules)) groups.unready.push(pod.name);
    else groups.readyCount += 1;
  }
  return groups;
}

/** Whether a CPU sample tells more about the pod's start (warm-up, compilation) than about its load. */
function isStarting(pod: ScaledPod, sample: PodSample, rules: ReplicaRules): boolean {
  if (pod.ready === null || pod.startedAtMs === null) return true;
  if (pod.startedAtMs + rules.cpuInitializationMs > rules.nowMs) {
    return !pod.ready || sample.takenAtMs < pod.readyChangedAtMs + sample.windowMs;
  }
  const neverReady = pod.startedAtMs + rules.initialReadinessDelayMs > pod.readyChangedAtMs;
  return !pod.ready && neverReady;
}

function requestsOf(pods: readonly ScaledPod[], resource: string): Map<string, number> {
  return new Map(
    pods.map(({ name, request }) => {
      if ('milli' in request) return [name, request.milli];
      throw new MetricUnavailable(
        `missing request for ${resource} in container ${request.missingIn} of Pod ${name}`,
      );
    }),
  );
}
