import type { FaultFinding, FaultWindows, LatencyWindow } from '../findings.ts';
import { countUntil } from '../search.ts';
import { decodeHistogram, mergeHistograms, summaryOfHistogram } from '../histogram.ts';
import type { Second } from '../record.ts';

/** How much of the run before and after a fault's effects it is compared with, s. */
const besideSeconds = 10;

/**
 * Response times before, during and after each fault. *During* is every second that the fault's effects touch, from the fault to
 * whichever is later: good service again or all replacements in rotation. Before and after are whole seconds beside it
 * that no fault's effects touch.
 */
export function faultWindows(faults: readonly FaultFinding[], seconds: readonly Second[]): FaultWindows[] {
  const spans = faults.map(spanOf);
  const touched = (startT: number): boolean =>
    spans.some((span) => span !== null && startT < span.toMs && startT + 1000 > span.fromMs);
  return faults.map(({ id }, index) => {
    const span = spans[index] ?? null;
    if (span === null) return { fault: id, before: null, during: null, after: null };
    // Seconds before `first` end before the fault; from `last` on they begin after its effects.
    const first = countUntil(seconds, span.fromMs - 1000, ({ startT }) => startT);
    const last = Math.max(
      first,
      countUntil(seconds, span.toMs - 1e-6, ({ startT }) => startT),
    );
    const calmBefore = untilTouched(seconds.slice(Math.max(0, first - besideSeconds), first).reverse());
    return {
      fault: id,
      before: windowOf(calmBefore.reverse()),
      during: windowOf(seconds.slice(first, last)),
      after: windowOf(untilTouched(seconds.slice(last, last + besideSeconds))),
    };
  });

  function untilTouched(near: readonly Second[]): Second[] {
    const end = near.findIndex(({ startT }) => touched(startT));
    return end === -1 ? [...near] : near.slice(0, end);
  }
}

function spanOf({
  injectedMs,
  landedMs,
  outageMs,
  waterfall,
}: FaultFinding): { fromMs: number; toMs: number } | null {
  if (landedMs === null) return null;
  const healed = waterfall.find(({ step }) => step === 'in rotation')?.atMs ?? injectedMs;
  const out = waterfall.find(({ step }) => step === 'out of rotation')?.atMs ?? injectedMs;
  return { fromMs: injectedMs, toMs: Math.max(landedMs, healed, out, injectedMs + (outageMs ?? 0)) };
}

function windowOf(seconds: readonly Second[]): LatencyWindow | null {
  const first = seconds[0];
  const last = seconds.at(-1);
  if (!first || !last) return null;
  const histograms = seconds.values().flatMap(({ okResponse }) => {
    const histogram = okResponse === undefined ? null : decodeHistogram(okResponse);
    return histogram === null ? [] : [histogram];
  });
  const scheduled = seconds.reduce((sum, second) => sum + second.scheduled, 0);
  return {
    fromMs: first.startT,
    toMs: last.startT + 1000,
    scheduled,
    ok: seconds.reduce((sum, { outcomes }) => sum + outcomes.ok, 0),
    response: summaryOfHistogram(mergeHistograms(histograms)),
  };
}
