/**
 * How a HorizontalPodAutoscaler tames what its metrics ask for: stabilization windows, scaling policies, minimum and
 * maximum. Pure: what it remembers goes in and comes out as {@link ScalingHistory}. Source: Kubernetes v1.34,
 * `pkg/controller/podautoscaler`, as facts; checked row by row against its answers.
 */

export interface ScalingPolicy {
  type: 'Pods' | 'Percent';
  value: number;
  periodMs: number;
}

/** One direction of `spec.behavior`. */
export interface ScalingRules {
  stabilizationMs: number;
  select: 'Max' | 'Min' | 'Disabled';
  policies: ScalingPolicy[];
}

/** `spec.behavior` with its defaults filled in and its times effective. */
export interface ScalingBehaviour {
  up: ScalingRules;
  down: ScalingRules;
}

/** What an autoscaler remembers between two looks. */
export interface ScalingHistory {
  /** What the metrics asked for, before stabilization. */
  recommendations: readonly { atMs: number; replicas: number }[];
  /** Pods added and removed, as positive numbers. */
  ups: readonly ScaleEvent[];
  downs: readonly ScaleEvent[];
}

interface ScaleEvent {
  atMs: number;
  change: number;
}

export interface ScalingLimits {
  minReplicas: number;
  maxReplicas: number;
  /** null: the autoscaler has no `spec.behavior`. */
  behaviour: ScalingBehaviour | null;
  /** The controller's own window for shrinking; used where there is no behaviour. */
  downscaleStabilizationMs: number;
}

/** A condition's reason and message; the type follows from where it stands. */
export interface Reason {
  status: boolean;
  reason: string;
  message: string;
}

/** What is to be done, and why. */
export interface TamedProposal {
  replicas: number;
  /** After the stabilization windows, before policies and limits. */
  stabilized: number;
  ableToScale: Reason;
  scalingLimited: Reason;
  history: ScalingHistory;
}

/** An autoscaler that has just been seen for the first time holds the number of replicas it found. */
export function newHistory(currentReplicas: number, nowMs: number): ScalingHistory {
  return { recommendations: [{ atMs: nowMs, replicas: currentReplicas }], ups: [], downs: [] };
}

/** Holds `proposed` against the windows, the policies and the limits. */
export function tame(
  { proposed, currentReplicas }: { proposed: number; currentReplicas: number },
  limits: ScalingLimits,
  history: ScalingHistory,
  nowMs: number,
): TamedProposal {
  const { behaviour } = limits;
  const { stabilized, recommendations } = behaviour
    ? stabilizeBothWays({ proposed, currentReplicas, behaviour, history, nowMs })
    : stabilizeShrinking({ proposed, windowMs: limits.downscaleStabilizationMs, history, nowMs });
  const { replicas, limitedBy } = behaviour
    ? limitRate({ wanted: stabilized, currentReplicas, limits, behaviour, history, nowMs })
    : limitRange({ wanted: stabilized, currentReplicas, limits });
  const grows = behaviour !== null && proposed >= currentReplicas;
  return {
    replicas,
    stabilized,
    ableToScale: { status: true, ...(stabilized === proposed ? ready : grows ? heldUp : heldDown) },
    scalingLimited: { status: replicas !== stabilized, ...limitReasons[limitedBy] },
    history: { ...history, recommendations },
  };
}

/** The history after the autoscaler changed the number of replicas. Without a behaviour nothing is kept. */
export function recordScale(
  history: ScalingHistory,
  { from, to }: { from: number; to: number },
  behaviour: ScalingBehaviour | null,
  nowMs: number,
): ScalingHistory {
  if (behaviour === null || from === to) return history;
  const [list, rules] = to > from ? (['ups', behaviour.up] as const) : (['downs', behaviour.down] as const);
  const longestMs = Math.max(0, ...rules.policies.map(({ periodMs }) => periodMs));
  const recent = history[list].filter(({ atMs }) => atMs >= nowMs - longestMs);
  return { ...history, [list]: [...recent, { atMs: nowMs, change: Math.abs(to - from) }] };
}

const ready = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const heldUp = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};
const heldDown = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};

const limitReasons = {
  none: { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' },
  upRate: {
    reason: 'ScaleUpLimit',
    message: 'the desired replica count is increasing faster than the maximum scale rate',
  },
  downRate: {
    reason: 'ScaleDownLimit',
    message: 'the desired replica count is decreasing faster than the maximum scale rate',
  },
  max: {
    reason: 'TooManyReplicas',
    message: 'the desired replica count is more than the maximum replica count',
  },
  min: {
    reason: 'TooFewReplicas',
    message: 'the desired replica count is less than the minimum replica count',
  },
} as const;

interface Limited {
  replicas: number;
  limitedBy: keyof typeof limitReasons;
}

interface Stabilized {
  stabilized: number;
  recommendations: ScalingHistory['recommendations'];
}

function stabilizeShrinking(input: {
  proposed: number;
  windowMs: number;
  history: ScalingHistory;
  nowMs: number;
}): Stabilized {
  const { proposed, windowMs, history, nowMs } = input;
  const recent = history.recommendations.filter(({ atMs }) => atMs >= nowMs - windowMs);
  return {
    stabilized: Math.max(proposed, ...recent.map(({ replicas }) => replicas)),
    recommendations: [...recent, { atMs: nowMs, replicas: proposed }],
  };
}

function stabilizeBothWays(input: {
  proposed: number;
  currentReplicas: number;
  behaviour: ScalingBehaviour;
  history: ScalingHistory;
  nowMs: number;
}): Stabilized {
  const { proposed, currentReplicas, behaviour, history, nowMs } = input;
  const upCutoff = nowMs - behaviour.up.stabilizationMs;
  const downCutoff = nowMs - behaviour.down.stabilizationMs;
  const since = (cutoff: number): number[] =>
    history.recommendations.filter(({ atMs }) => atMs > cutoff).map(({ replicas }) => replicas);
  const lowest = Math.min(proposed, ...since(upCutoff));
  const highest = Math.max(proposed, ...since(downCutoff));
  const recent = history.recommendations.filter(({ atMs }) => atMs >= Math.min(upCutoff, downCutoff));
  return {
    stabilized: Math.min(Math.max(currentReplicas, lowest), highest),
    recommendations: [...recent, { atMs: nowMs, replicas: proposed }],
  };
}

/** Without a behaviour: at most double, or four. */
function limitRange(input: { wanted: number; currentReplicas: number; limits: ScalingLimits }): Limited {
  const { wanted, currentReplicas, limits } = input;
  const upLimit = Math.max(2 * currentReplicas, 4);
  const [most, limitedBy] =
    limits.maxReplicas > upLimit ? ([upLimit, 'upRate'] as const) : ([limits.maxReplicas, 'max'] as const);
  if (wanted < limits.minReplicas) return { replicas: limits.minReplicas, limitedBy: 'min' };
  if (wanted > most) return { replicas: most, limitedBy };
  return { replicas: wanted, limitedBy: 'none' };
}

function limitRate(input: {
  wanted: number;
  currentReplicas: number;
  limits: ScalingLimits;
  behaviour: ScalingBehaviour;
  history: ScalingHistory;
  nowMs: number;
}): Limited {
  const { wanted, currentReplicas, limits, behaviour, history, nowMs } = input;
  const startOfPeriod = ({ periodMs }: ScalingPolicy): number =>
    currentReplicas -
    changeSince(history.ups, nowMs - periodMs) +
    changeSince(history.downs, nowMs - periodMs);
  if (wanted > currentReplicas) {
    const rate = Math.max(currentReplicas, upLimit(behaviour.up, currentReplicas, startOfPeriod));
    const [most, limitedBy] =
      limits.maxReplicas > rate ? ([rate, 'upRate'] as const) : ([limits.maxReplicas, 'max'] as const);
    if (wanted > most) return { replicas: most, limitedBy };
  } else if (wanted < currentReplicas) {
    const rate = Math.min(currentReplicas, downLimit(behaviour.down, currentReplicas, startOfPeriod));
    const [least, limitedBy] =
      limits.minReplicas < rate ? ([rate, 'downRate'] as const) : ([limits.minReplicas, 'min'] as const);
    if (wanted < least) return { replicas: least, limitedBy };
  }
  return { replicas: wanted, limitedBy: 'none' };
}

type StartOfPeriod = (policy: ScalingPolicy) => number;

function upLimit(rules: ScalingRules, currentReplicas: number, startOfPeriod: StartOfPeriod): number {
  if (rules.select === 'Disabled') return currentReplicas;
  const limits = rules.policies.map((policy) =>
    policy.type === 'Pods'
      ? startOfPeriod(policy) + policy.value
      : // Rounded up, for a small percentage of few pods would never add one.
        Math.ceil(startOfPeriod(policy) * (1 + policy.value / 100)),
  );
  return rules.select === 'Max' ? Math.max(...limits) : Math.min(...limits);
}

function downLimit(rules: ScalingRules, currentReplicas: number, startOfPeriod: StartOfPeriod): number {
  if (rules.select === 'Disabled') return currentReplicas;
  const limits = rules.policies.map((policy) =>
    policy.type === 'Pods'
      ? startOfPeriod(policy) - policy.value
      : Math.trunc(startOfPeriod(policy) * (1 - policy.value / 100)),
  );
  return rules.select === 'Max' ? Math.min(...limits) : Math.max(...limits);
}

function changeSince(events: readonly ScaleEvent[], cutoffMs: number): number {
  return events.reduce((total, { atMs, change }) => (atMs > cutoffMs ? total + change : total), 0);
}
