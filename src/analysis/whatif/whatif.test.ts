import { describe, expect, test } from 'vitest';
import { badCurveOf } from './curve.ts';
import { replay, type Recorded, type Replay, type Settings } from './simulate.ts';
import { variantsOf } from './variants.ts';

/** Kubernetes' own pace: 100m requested, a look and a window every 15 s, pods need 5 s. */
function recorded(work: (number | null)[], more: Partial<Recorded> = {}): Recorded {
  return {
    looks: work.map((workMilli, index) => ({ atMs: 600_000 + index * 15_000, workMilli })),
    requestMilli: 100,
    idleMilli: 0,
    capMilli: Infinity,
    startMs: 5000,
    resolutionMs: 15_000,
    startReplicas: 2,
    fromMs: 0,
    ...more,
  };
}

const settings: Settings = {
  targetPercent: 50,
  rules: {
    tolerances: { up: 0.1, down: 0.1 },
    cpuInitializationMs: 300_000,
    initialReadinessDelayMs: 30_000,
  },
  limits: { minReplicas: 2, maxReplicas: 10, behaviour: null, downscaleStabilizationMs: 300_000 },
  preScaled: null,
};

function path({ asked }: Replay): number[] {
  return asked.map(({ replicas }) => replicas);
}

describe('a replay', () => {
  test('asks for as many pods as the work needs at the target, at most double or four at once', () => {
    expect(path(replay(recorded([100, 100]), settings))).toEqual([2]);
    const grown = replay(recorded([100, 400, 400, 400, 400, 400, 400]), settings);
    expect(path(grown)).toEqual([2, 4, 8]);
    expect(grown.readyAt(616_000)).toBe(2);
    expect(grown.readyAt(621_000)).toBe(4);
  });

  test('divides the same work among the pods that there are: a lower target has more, a higher fewer', () => {
    const work = recorded([100, 300, 300, 300, 300, 300, 300, 300]);
    const last = (targetPercent: number): number =>
      path(replay(work, { ...settings, targetPercent })).at(-1) ?? 0;
    expect(last(50)).toBe(6);
    expect(last(30)).toBe(10);
    expect(last(75)).toBe(4);
  });

  test('does not act on looks at which nothing was measured, nor shrink within the window', () => {
    expect(path(replay(recorded([100, null, null]), settings))).toEqual([2]);
    expect(path(replay(recorded([100, 400, 400, 400, 20, 20, 20]), settings)).at(-1)).toBe(8);
    const short = { ...settings, limits: { ...settings.limits, downscaleStabilizationMs: 1000 } };
    expect(path(replay(recorded([100, 400, 400, 400, 20, 20, 20]), short)).at(-1)).toBe(2);
  });

  test('keeps pods that are there before the load for as long as it is told', () => {
    const early = { ...settings, preScaled: { replicas: 6, untilMs: 620_000 } };
    const played = replay(recorded([100, 100, 300, 300]), early);
    expect(path(played)[0]).toBe(6);
    expect(played.readyAt(600_000)).toBe(6);
  });
});

describe('the share of bad requests over the load per pod', () => {
  const points = [
    { ratePerPod: 10, requests: 100, bad: 0 },
    { ratePerPod: 20, requests: 100, bad: 4 },
    { ratePerPod: 30, requests: 100, bad: 2 },
    { ratePerPod: 40, requests: 100, bad: 50 },
  ];

  test('never falls as the load rises', () => {
    const curve = badCurveOf(points.toReversed());
    expect([5, 10, 20, 30, 35, 40, 90].map((rate) => curve.shareAt(rate))).toEqual([
      0, 0, 0.03, 0.03, 0.03, 0.5, 0.5,
    ]);
    expect(curve.highest).toBe(40);
  });

  test('gives back as many bad requests as there were', () => {
    const curve = badCurveOf(points);
    const sum = points.reduce(
      (total, { ratePerPod, requests }) => total + requests * curve.shareAt(ratePerPod),
      0,
    );
    expect(sum).toBeCloseTo(56, 9);
  });

  test('of a steady load is that of all its seconds, not of the last bad ones', () => {
    const steady = [0, 0, 0, 0, 30, 70].map((bad) => ({ ratePerPod: 50, requests: 100, bad }));
    const curve = badCurveOf([...points.slice(0, 2), ...steady]);
    expect([49, 50, 60].map((rate) => curve.shareAt(rate))).toEqual([0.04, 1 / 6, 1 / 6]);
  });

  test('of a run without load is nothing', () => {
    expect(badCurveOf([]).shareAt(10)).toBe(0);
  });
});

test('what is tried changes one thing each', () => {
  const variants = variantsOf(settings, { peak: 8, preScaleUntilMs: 5000, speedup: 1 });
  expect(variants.map(({ change }) => change)).toEqual([
    'a target of 35 % instead of 50 %',
    'a target of 65 % instead of 50 %',
    'a tolerance of 5 % instead of 10 %',
    'no limit on how many pods are added at once',
    'a scale-down window of 1 min instead of 5 min',
    '5 pods already before the load rises',
    '8 pods already before the load rises',
  ]);
  const work = recorded([100, 400, 400, 400]);
  const unlimited = variants.find(({ change }) => change.startsWith('no limit'))?.settings ?? settings;
  expect(path(replay(work, unlimited))).toEqual([2, 8]);
});
