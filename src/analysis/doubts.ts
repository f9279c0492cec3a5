import { formatCount, formatDuration, formatPercent, formatPlural } from '../support/index.ts';
import type { FaultFinding, TrustFinding } from './findings.ts';
import type { RunRecord } from './record.ts';
import type { Traffic } from './traffic.ts';

/** A fault that is seen to land so much later makes its durations doubtful, or worthless, ms. */
const lateMs = 1000;
const muchTooLateMs = 5000;
/** A host that gives this share of its CPU time to others, or has none left, disturbs what it measures. */
const stealLimit = 0.1;
const fullLimit = 0.95;
/** So many of the seconds of traffic may be disturbed. */
const disturbedShare = 0.1;

/** What lowers the trust in the run, and what takes it away. */
export function doubtsOf(
  record: RunRecord,
  { seconds, startMs, endMs }: Traffic,
  faults: readonly FaultFinding[],
): { distrust: string[]; doubts: string[] } {
  const distrust: string[] = [];
  const doubts: string[] = [];
  lateFaults(record, { faults, startMs }, { distrust, doubts });
  noisyHost(record, { startMs, endMs, seconds: seconds.length }, { distrust, doubts });
  return { distrust, doubts };
}

interface Said {
  distrust: string[];
  doubts: string[];
}

function lateFaults(
  record: RunRecord,
  { faults, startMs }: { faults: readonly FaultFinding[]; startMs: number | null },
  { distrust, doubts }: Said,
): void {
  const planned = new Map(record.of('run.plan')[0]?.faults.map(({ id, atMs }) => [id, atMs]));
  for (const { id, effect, injectedMs, landedMs } of faults) {
    if (landedMs === null) continue;
    const tookMs = landedMs - injectedMs;
    const text = `${id} was seen to land only ${formatDuration(tookMs)} after it was injected: its durations may be too long by that much.`;
    // How long a component takes to stop, or a node to join, no duration of healing rests on.
    if (effect === 'loss' && tookMs > muchTooLateMs) distrust.push(text);
    else if (effect === 'loss' && tookMs > lateMs) doubts.push(text);
    const plannedMs = planned.get(id);
    const behindMs = startMs === null || plannedMs === undefined ? 0 : injectedMs - startMs - plannedMs;
    if (behindMs > lateMs)
      doubts.push(
        `${id} was injected ${formatDuration(behindMs)} later than planned: it met another load than was meant.`,
      );
  }
}

function noisyHost(
  record: RunRecord,
  { startMs, endMs, seconds }: { startMs: number | null; endMs: number | null; seconds: number },
  { distrust, doubts }: Said,
): void {
  const samples = record.of('host');
  const before = samples[0];
  const cores = record.start.machine.cores;
  if (before && before.load1 > cores) {
    doubts.push(
      `The machine was busy with other things before the run began: in the minute before, ${before.load1.toFixed(1)} processes on average wanted one of its ${formatPlural(cores, 'core')} (its load; up to ${cores} can run at once).`,
    );
  }
  const during = samples.filter(({ t }) => startMs !== null && t >= startMs && t <= (endMs ?? Infinity));
  if (during.length === 0 || seconds === 0) return;
  const stolen = during.filter(({ steal }) => (steal ?? 0) > stealLimit);
  const full = during.filter(({ busy }) => (busy ?? 0) > fullLimit);
  const share = (some: readonly unknown[]): number => some.length / during.length;
  if (stolen.length > 0) {
    const text = `Others took more than ${formatPercent(stealLimit)} of the machine's CPU time (steal) in ${formatPercent(share(stolen))} of the samples while traffic ran.`;
    if (share(stolen) > disturbedShare) distrust.push(text);
    else doubts.push(text);
  }
  if (share(full) > disturbedShare) {
    doubts.push(
      `The machine had no CPU time left in ${formatCount(full.length)} of ${formatCount(during.length)} samples while traffic ran: cluster, pods and generator disturbed each other.`,
    );
  }
}

/** The trust in the run in one sentence. */
export function trustInWords(distrust: readonly string[], doubts: readonly string[]): TrustFinding {
  if (distrust.length > 0) {
    const sentence = `The figures cannot be trusted, for ${formatPlural(distrust.length, 'reason')}${doubts.length === 0 ? '' : `; ${formatPlural(doubts.length, 'other thing')} lower the trust besides`}.`;
    return { level: 'untrusted', sentence, doubts: [...doubts] };
  }
  if (doubts.length > 0) {
    const sentence = `The figures may be believed with care: ${formatPlural(doubts.length, 'thing')} ${doubts.length === 1 ? 'lowers' : 'lower'} the trust in them.`;
    return { level: 'doubtful', sentence, doubts: [...doubts] };
  }
  return {
    level: 'trusted',
    sentence: 'Nothing was found that lowers the trust in the figures.',
    doubts: [],
  };
}
