/** How many seconds of a run had this rate per pod, and what share of the requests ended badly. */
export interface LoadPoint {
  ratePerPod: number;
  requests: number;
  bad: number;
}

/** Share of requests that end badly at a rate per pod; never falls as the rate rises. */
export interface BadCurve {
  shareAt(ratePerPod: number): number;
  /** The highest rate per pod that was seen: beyond it the curve is a guess. */
  highest: number;
}

/**
 * The run's own experience of load: the share of bad requests over the rate per pod, by isotonic regression (pool adjacent
 * violators), weighted by requests; seconds of the same rate are one point. Between two rates it is that of the lower one; beyond the highest, that of the highest.
 */
export function badCurveOf(points: readonly LoadPoint[]): BadCurve {
  const blocks: LoadPoint[] = [];
  const sorted = byRate(points).toSorted((a, b) => a.ratePerPod - b.ratePerPod);
  for (const point of sorted) {
    blocks.push({ ...point });
    for (;;) {
      const last = blocks.at(-1);
      const before = blocks.at(-2);
      if (!last || !before || share(before) < share(last)) break;
      // The block keeps the rate at which it begins.
      before.requests += last.requests;
      before.bad += last.bad;
      blocks.pop();
    }
  }
  return {
    shareAt: (ratePerPod) => {
      const block = blocks.findLast((one) => one.ratePerPod <= ratePerPod);
      return block ? share(block) : 0;
    },
    highest: sorted.at(-1)?.ratePerPod ?? 0,
  };
}

/** Of a steady load many seconds have the very same rate: none of them is later on the curve than the others. */
function byRate(points: readonly LoadPoint[]): LoadPoint[] {
  const rates = new Map<number, LoadPoint>();
  for (const { ratePerPod, requests, bad } of points) {
    if (requests === 0) continue;
    const point = rates.get(ratePerPod) ?? { ratePerPod, requests: 0, bad: 0 };
    rates.set(ratePerPod, { ratePerPod, requests: point.requests + requests, bad: point.bad + bad });
  }
  return [...rates.values()];
}

function share({ requests, bad }: LoadPoint): number {
  return bad / requests;
}
