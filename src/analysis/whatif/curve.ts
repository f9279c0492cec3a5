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
 * violators), weighted by requests. Between two rates it is that of the lower one; beyond the highest, that of the highest.
 */
export function badCurveOf(points: readonly LoadPoint[]): BadCurve {
  const blocks: LoadPoint[] = [];
  const sorted = points
    .filter(({ requests }) => requests > 0)
    .toSorted((a, b) => a.ratePerPod - b.ratePerPod);
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

function share({ requests, bad }: LoadPoint): number {
  return bad / requests;
}
