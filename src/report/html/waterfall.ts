import type { FaultFinding, HealingStep } from '../../analysis/index.ts';

/** A step of a healing waterfall with the time it took. */
interface WaterfallStep {
  step: HealingStep;
  /** Since the fault, ms; null where the step did not happen. */
  afterMs: number | null;
  atMs: number | null;
  /** Where the step's bar begins, since the fault: the latest of the steps before it. */
  fromMs: number;
  /** How much later than all steps before it; 0 where it came earlier than one of them. */
  tookMs: number | null;
  shownBy: string | null;
  /** The step that took longest. */
  longest: boolean;
}

/** A healing waterfall as it is drawn. `totalMs` runs from the fault to the last step that happened. */
export interface Waterfall {
  steps: WaterfallStep[];
  totalMs: number;
  longest: WaterfallStep | null;
}

/** The steps of one fault on a clock that starts with the fault. */
export function healingWaterfall(fault: FaultFinding): Waterfall {
  const origin = fault.waterfall.find(({ step }) => step === 'fault')?.atMs ?? fault.injectedMs;
  let reached = 0;
  const steps = fault.waterfall.map(({ step, atMs, ...where }): WaterfallStep => {
    const fromMs = reached;
    const afterMs = atMs === null ? null : atMs - origin;
    if (afterMs !== null) reached = Math.max(reached, afterMs);
    const tookMs = afterMs === null ? null : Math.max(0, afterMs - fromMs);
    return { step, afterMs, atMs, fromMs, tookMs, shownBy: shownBy(where), longest: false };
  });
  const longest = steps
    .filter((step) => (step.tookMs ?? 0) > 0)
    .reduce<WaterfallStep | null>(
      (most, step) => ((step.tookMs ?? 0) > (most?.tookMs ?? 0) ? step : most),
      null,
    );
  if (longest !== null) longest.longest = true;
  return { steps, totalMs: reached, longest };
}

/** What showed the step, and where that was read: in a watch event, a kubelet's status or an answer. */
function shownBy({
  shownBy,
  source,
}: Omit<FaultFinding['waterfall'][number], 'step' | 'atMs'>): string | null {
  // That it was the harness, or an answer, the words say themselves.
  const isTold = source === null || source === 'harness' || source === 'answer';
  return shownBy === null || isTold ? shownBy : `${shownBy} · ${source}`;
}

/** What happens in a step, so that a reader knows where to look when it took long. */
export const stepMeanings: Record<HealingStep, string> = {
  fault: 'the fault is injected',
  detected: 'until the control plane noticed',
  'out of rotation': 'until the Service stopped listing the lost endpoints',
  'replacement created': 'until the ReplicaSet created the replacement',
  scheduled: 'until the scheduler placed it',
  started: 'until its container ran',
  ready: 'until its readiness probe succeeded (the application’s start-up and the probe’s period)',
  'in rotation': 'until the Service listed it',
  'first request served': 'until a connection reached it and it answered',
};
