import {
  MetricUnavailable,
  newHistory,
  recordScale,
  replicasForUtilization,
  tame,
  type PodSample,
  type ReplicaRules,
  type ScaledPod,
  type ScalingLimits,
} from '../../autoscaler/index.ts';

/** What a replay is fed with: what was recorded, and nothing of what the autoscaler made of it. */
export interface Recorded {
  /** Looks of the autoscaler with the work that the pods did for clients then, millicores in all; null where nothing was measured. */
  looks: { atMs: number; workMilli: number | null }[];
  requestMilli: number;
  /** A pod's CPU without any request. */
  idleMilli: number;
  /** No pod is seen to use more, whatever is asked of it. */
  capMilli: number;
  /** From a pod's creation until it is in rotation. */
  startMs: number;
  /** Length of a window of CPU use, and how often there is one. */
  resolutionMs: number;
  startReplicas: number;
  /** Pods with which the run began were ready since long. */
  fromMs: number;
}

/** What is tried. */
export interface Settings {
  targetPercent: number;
  rules: Pick<ReplicaRules, 'tolerances' | 'cpuInitializationMs' | 'initialReadinessDelayMs'>;
  limits: ScalingLimits;
  /** The least number of pods up to an instant, where more are to be there beforehand. */
  preScaled: { replicas: number; untilMs: number } | null;
}

/** Pods over time: a step function; `ready` are those that serve. */
export interface Replay {
  asked: { t: number; replicas: number }[];
  readyAt(t: number): number;
}

/** No autoscaler has more; a damaged journal may claim it. */
const mostPods = 10_000;

interface SimulatedPod {
  name: string;
  createdMs: number;
  readyMs: number;
  removedMs: number;
}

/** Plays the autoscaler's arithmetic over what was recorded: with other settings there are other pods, and the same work is divided among them. */
export function replay(recorded: Recorded, settings: Settings): Replay {
  const pods: SimulatedPod[] = [];
  const asked: Replay['asked'] = [];
  const first = Math.min(mostPods, Math.max(recorded.startReplicas, settings.preScaled?.replicas ?? 0));
  for (let n = 0; n < first; n++) add(-Infinity, recorded.fromMs);
  asked.push({ t: recorded.fromMs, replicas: first });
  let history = newHistory(first, recorded.looks[0]?.atMs ?? recorded.fromMs);
  for (const { atMs, workMilli } of recorded.looks) {
    const current = alive(atMs).length;
    const proposed = workMilli === null ? null : propose(atMs, workMilli, current);
    if (proposed === null) continue;
    const limits = limitsAt(atMs);
    const tamed = tame({ proposed, currentReplicas: current }, limits, history, atMs);
    history = recordScale(tamed.history, { from: current, to: tamed.replicas }, limits.behaviour, atMs);
    const replicas = Math.min(mostPods, tamed.replicas);
    if (replicas === current) continue;
    scale(atMs, current, replicas);
    asked.push({ t: atMs, replicas });
  }
  return { asked, readyAt: (t) => alive(t).filter(({ readyMs }) => readyMs <= t).length };

  function add(createdMs: number, readyMs: number): void {
    pods.push({ name: `pod-${pods.length}`, createdMs, readyMs, removedMs: Infinity });
  }

  function alive(t: number): SimulatedPod[] {
    return pods.filter(({ createdMs, removedMs }) => createdMs <= t && removedMs > t);
  }

  function scale(atMs: number, from: number, to: number): void {
    for (let n = from; n < to; n++) add(atMs, atMs + recorded.startMs);
    // The youngest go first, as a ReplicaSet has it.
    for (const pod of alive(atMs)
      .toReversed()
      .slice(0, Math.max(0, from - to)))
      pod.removedMs = atMs;
  }

  function limitsAt(atMs: number): ScalingLimits {
    const { preScaled, limits } = settings;
    if (preScaled === null || atMs > preScaled.untilMs) return limits;
    return { ...limits, minReplicas: Math.max(limits.minReplicas, preScaled.replicas) };
  }

  /** What the metrics would ask for; null where no figure counts. */
  function propose(atMs: number, workMilli: number, current: number): number | null {
    const takenMs = atMs - recorded.resolutionMs / 2;
    const serving = alive(takenMs).filter(({ readyMs }) => readyMs <= takenMs - recorded.resolutionMs / 2);
    const each = Math.min(recorded.capMilli, recorded.idleMilli + workMilli / Math.max(1, serving.length));
    const scaled: ScaledPod[] = [];
    const samples = new Map<string, PodSample>();
    for (const { name, createdMs, readyMs } of alive(atMs)) {
      const isReady = readyMs <= atMs;
      scaled.push({
        name,
        phase: 'Running',
        deleting: false,
        ready: isReady,
        readyChangedAtMs: isReady ? readyMs : createdMs,
        startedAtMs: createdMs,
        request: { milli: recorded.requestMilli },
      });
      if (createdMs + recorded.resolutionMs <= takenMs)
        samples.set(name, { milli: Math.round(each), takenAtMs: takenMs, windowMs: recorded.resolutionMs });
    }
    try {
      const rules: ReplicaRules = {
        ...settings.rules,
        currentReplicas: current,
        nowMs: atMs,
        resource: 'cpu',
      };
      return replicasForUtilization(scaled, samples, settings.targetPercent, rules).replicas;
    } catch (error) {
      if (error instanceof MetricUnavailable) return null;
      throw error;
    }
  }
}
