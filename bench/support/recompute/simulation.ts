import type { Line } from './lines.ts';

/** What the simulation is fed with. */
export interface World {
  looks: { atMs: number; workMilli: number | null }[];
  requestMilli: number;
  idleMilli: number;
  capMilli: number;
  resolutionMs: number;
  startMs: number;
  replicas: number;
  fromMs: number;
  cpuInitializationMs: number;
}

/** What the autoscaler goes by. */
export interface Rules {
  target: number;
  tolerance: number;
  min: number;
  max: number;
  windowMs: number;
  /** 15 s at this run's pace. */
  paceMs: number;
  behavior: Line;
  /** Of the behaviour's seconds. */
  divisor: number;
  preScaled: { replicas: number; untilMs: number } | null;
  unlimited?: boolean;
  /** The default rates, but stated as policies: they then count from what changed within a period. */
  stated?: boolean;
}

/** Pods that share the work evenly and an autoscaler that looks at them; sample API pods are all alike, so they are only counted. */
export function simulate(
  world: World,
  rules: Rules,
): { askedAt(t: number): number; readyAt(t: number): number } {
  const pods: { from: number; ready: number; to: number }[] = [];
  const asked: [t: number, replicas: number][] = [];
  const wished: [t: number, replicas: number][] = [];
  const changes: [t: number, by: number][] = [];
  const first = Math.max(world.replicas, rules.preScaled?.replicas ?? 0);
  for (let n = 0; n < first; n++) pods.push({ from: -Infinity, ready: world.fromMs, to: Infinity });
  asked.push([world.fromMs, first]);
  wished.push([world.looks[0]?.atMs ?? world.fromMs, first]);
  for (const { atMs, workMilli } of world.looks) {
    const now = pods.filter(({ from, to }) => from <= atMs && to > atMs);
    const wish = workMilli === null ? null : wishOf(now, { atMs, workMilli }, { world, rules, pods });
    if (wish === null) continue;
    const before = rules.preScaled !== null && atMs <= rules.preScaled.untilMs;
    const min = before ? Math.max(rules.min, rules.preScaled?.replicas ?? 0) : rules.min;
    const next = limited(wish, { current: now.length, atMs, min, rules, wished, changes });
    wished.push([atMs, wish]);
    if (next === now.length) continue;
    changes.push([atMs, next - now.length]);
    asked.push([atMs, next]);
    for (let n = now.length; n < next; n++)
      pods.push({ from: atMs, ready: atMs + world.startMs, to: Infinity });
    for (const pod of now.slice(next)) pod.to = atMs;
  }
  return {
    askedAt: (t) => asked.findLast(([at]) => at <= t)?.[1] ?? 0,
    readyAt: (t) => pods.filter(({ from, ready, to }) => from <= t && ready <= t && to > t).length,
  };
}

interface SimulatedPod {
  from: number;
  ready: number;
  to: number;
}

/** ceil(pods × ratio), with Kubernetes' caution about pods that start or have no figure. */
function wishOf(
  now: readonly SimulatedPod[],
  { atMs, workMilli }: { atMs: number; workMilli: number },
  { world, rules, pods }: { world: World; rules: Rules; pods: readonly SimulatedPod[] },
): number | null {
  const takenMs = atMs - world.resolutionMs / 2;
  const serving = pods.filter(
    ({ from, ready, to }) => from <= takenMs && to > takenMs && ready <= takenMs - world.resolutionMs / 2,
  ).length;
  const each = Math.round(Math.min(world.capMilli, world.idleMilli + workMilli / Math.max(1, serving)));
  let [counted, starting, unmeasured] = [0, 0, 0];
  for (const { from, ready } of now) {
    const isYoung = from + world.cpuInitializationMs > atMs;
    if (from + world.resolutionMs > takenMs) unmeasured += 1;
    else if (ready > atMs || (isYoung && takenMs < ready + world.resolutionMs)) starting += 1;
    else counted += 1;
  }
  if (counted === 0) return null;
  const ratioOf = (used: number, of_: number): number =>
    Math.floor((used * 100) / (of_ * world.requestMilli)) / rules.target;
  const isNear = (ratio: number): boolean => ratio >= 1 - rules.tolerance && ratio <= 1 + rules.tolerance;
  const ratio = ratioOf(each * counted, counted);
  const zeros = ratio > 1 ? unmeasured + starting : 0;
  const full = ratio < 1 ? unmeasured : 0;
  if (unmeasured === 0 && zeros === 0) return isNear(ratio) ? now.length : Math.ceil(ratio * counted);
  const all = counted + zeros + full;
  const assumed = Math.floor((world.requestMilli * Math.max(100, rules.target)) / 100);
  const cautious = ratioOf(each * counted + full * assumed, all);
  const hasTurned = (ratio < 1 && cautious > 1) || (ratio > 1 && cautious < 1);
  const wish = Math.ceil(cautious * all);
  if (hasTurned || isNear(cautious)) return now.length;
  if ((cautious < 1 && wish > now.length) || (cautious > 1 && wish < now.length)) return now.length;
  return wish;
}

interface Moment {
  current: number;
  atMs: number;
  min: number;
  rules: Rules;
  wished: readonly [t: number, replicas: number][];
  changes: readonly [t: number, by: number][];
}

function limited(wish: number, moment: Moment): number {
  const { current, atMs, min, rules, wished, changes } = moment;
  const isStated = rules.behavior !== null || rules.unlimited === true || rules.stated === true;
  const within = (windowMs: number): number[] =>
    wished
      .filter(([t]) => (isStated ? t > atMs - windowMs : t >= atMs - windowMs))
      .map(([, replicas]) => replicas);
  const { scaleUp, scaleDown } = rules.behavior ?? {};
  const msOf = (seconds: number | undefined, otherwise: number): number =>
    seconds === undefined ? otherwise : (seconds * 1000) / rules.divisor;
  const downMs = msOf(scaleDown?.stabilizationWindowSeconds, rules.windowMs);
  const highest = Math.max(wish, ...within(downMs));
  if (!isStated) return Math.max(min, Math.min(highest, rules.max, Math.max(4, 2 * current)));
  const lowest = Math.min(wish, ...within(msOf(scaleUp?.stabilizationWindowSeconds, 0)));
  const wanted = Math.min(Math.max(current, lowest), highest);
  const started = (periodMs: number): number =>
    current - changes.filter(([t]) => t > atMs - periodMs).reduce((sum, [, by]) => sum + by, 0);
  const reach = (spec: Line, sign: 1 | -1): number => {
    const policies = spec?.policies?.length
      ? spec.policies.map((one: Line) => ({ ...one, periodMs: msOf(one.periodSeconds, 0) }))
      : [
          ...(sign === 1
            ? [{ type: 'Pods', value: rules.unlimited ? 1000 : 4, periodMs: rules.paceMs }]
            : []),
          { type: 'Percent', value: 100, periodMs: rules.paceMs },
        ];
    if (spec?.selectPolicy === 'Disabled') return current;
    const ends = policies.map(({ type, value, periodMs }: Line) => {
      const from = started(periodMs);
      if (type === 'Pods') return from + sign * value;
      return sign === 1 ? Math.ceil(from * (1 + value / 100)) : Math.trunc(from * (1 - value / 100));
    });
    const far = sign === 1 ? Math.max(...ends) : Math.min(...ends);
    const near = sign === 1 ? Math.min(...ends) : Math.max(...ends);
    return spec?.selectPolicy === 'Min' ? near : far;
  };
  if (wanted > current) return Math.min(wanted, rules.max, Math.max(current, reach(scaleUp, 1)));
  if (wanted < current) return Math.max(wanted, min, Math.min(current, reach(scaleDown, -1)));
  return wanted;
}
