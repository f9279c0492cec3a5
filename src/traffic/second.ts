import type { TrafficSecond, Unstamped } from '../journal/index.ts';
import type { Histogram } from 'hdr-histogram-js';
import { timedOutcomes, type RawSecond } from './generator/messages.ts';
import { encodeHistogram, newHistogram, quantilesUs } from './histograms.ts';

/** A second that spoiled more than this is the generator's fault, ms of lateness at p99. */
const saturatedLatenessMs = 10;

/** A second of traffic as the journal records it. */
export type Second = Unstamped<TrafficSecond> & { t: number };

/** The histograms of a whole run. */
export interface RunHistograms {
  service: Histogram;
  response: Histogram;
  lateness: Histogram;
}

/** Builds the record of a second from what the generator measured; adds its samples to the run's histograms. */
export function secondOf(raw: RawSecond, run: RunHistograms): Second {
  const service: Second['service'] = {};
  const response: Second['response'] = {};
  let okResponseUs: Second['okResponseUs'] = null;
  for (const outcome of timedOutcomes) {
    const samples = raw.samplesUs[outcome];
    if (samples === undefined || samples.length === 0) continue;
    const histograms = { service: newHistogram(), response: newHistogram() };
    for (let i = 0; i + 1 < samples.length; i += 2) {
      histograms.service.recordValue(samples[i] ?? 0);
      histograms.response.recordValue(samples[i + 1] ?? 0);
    }
    service[outcome] = encodeHistogram(histograms.service);
    response[outcome] = encodeHistogram(histograms.response);
    run.service.add(histograms.service);
    run.response.add(histograms.response);
    if (outcome === 'ok') okResponseUs = quantilesUs(histograms.response);
  }
  for (const us of raw.latenessUs) run.lateness.recordValue(us);
  const lateness = latenessOf(raw.latenessUs);
  return {
    type: 'traffic.second',
    t: round(raw.t),
    second: raw.second,
    startT: round(raw.startT),
    scheduled: raw.scheduled,
    outcomes: raw.outcomes,
    statuses: raw.statuses,
    ...(raw.failedChecks === undefined ? {} : { failedChecks: raw.failedChecks }),
    ...(raw.sessions === undefined ? {} : { sessions: raw.sessions }),
    service,
    response,
    okResponseUs,
    pods: Object.fromEntries(
      Object.entries(raw.pods).map(([name, pod]) => [
        name,
        { ...pod, firstT: round(pod.firstT), lastT: round(pod.lastT) },
      ]),
    ),
    failures: raw.failures.map(roundInstants),
    slow: raw.slow.map(roundInstants),
    connections: raw.connections,
    generator: {
      ...lateness,
      eventLoopDelayP99Ms: round(raw.eventLoopDelayP99Ms),
      cpu: round(raw.cpu),
      saturated: lateness.latenessP99Ms > saturatedLatenessMs || raw.droppedByGenerator > 0,
    },
  };
}

function latenessOf(
  us: Uint32Array,
): Pick<Second['generator'], 'latenessP50Ms' | 'latenessP99Ms' | 'latenessMaxMs'> {
  const sorted = us.toSorted();
  const at = (share: number): number =>
    (sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0) / 1000;
  return { latenessP50Ms: at(0.5), latenessP99Ms: at(0.99), latenessMaxMs: at(1) };
}

function roundInstants<T extends { scheduledT: number; endedT: number }>(request: T): T {
  return { ...request, scheduledT: round(request.scheduledT), endedT: round(request.endedT) };
}

/** To a thousandth: microseconds, where the unit is ms. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
