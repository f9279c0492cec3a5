import { build, decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { Findings } from '../../../src/analysis/index.ts';
import type { Comparison } from './comparison.ts';
import { of, type Line } from './lines.ts';

const outcomes = ['ok', 'http_error', 'timeout', 'refused', 'reset', 'dropped'] as const;

/** Requests, availability, latencies, seconds, pods' counts. */
export function recomputeTraffic(lines: readonly Line[], findings: Findings, is: Comparison): void {
  const seconds = of(lines, 'traffic.second');
  let scheduled = 0;
  for (const second of seconds) scheduled += second.scheduled;
  is.number('requests.scheduled', findings.requests.scheduled, scheduled);
  for (const outcome of outcomes) {
    let count = 0;
    for (const second of seconds) count += second.outcomes[outcome];
    is.number(`requests.${outcome}`, findings.requests[outcome], count);
    if (outcome === 'ok')
      is.number('availability', findings.availability, scheduled === 0 ? null : count / scheduled);
  }
  is.number('durationMs', findings.durationMs, Math.max(...lines.map((line) => line.t)));
  is.number('first answer', findings.firstAnswerMs, firstAnswer(lines));
  for (const kind of ['service', 'response'] as const) {
    const all = merged(seconds.map((second) => second[kind].ok));
    for (const [name, percentile] of [
      ['p50', 50],
      ['p90', 90],
      ['p99', 99],
    ] as const)
      is.number(
        `${kind}.${name}`,
        findings.latencyMs[kind][name],
        all.totalCount === 0 ? null : all.getValueAtPercentile(percentile) / 1000,
      );
    // The library gives the lower end of the largest value's bucket; three significant digits are all there is.
    is.number(
      `${kind}.max`,
      findings.latencyMs[kind].max,
      all.totalCount === 0 ? null : all.maxValue / 1000,
      1e-3,
    );
  }
  is.number(
    'saturated seconds',
    findings.generator.saturatedSeconds,
    seconds.filter((second) => second.generator.saturated).length,
  );
  for (const [index, second] of seconds.entries()) {
    const point = findings.seconds[index];
    is.number(`second ${index} offered`, point?.offered, second.scheduled);
    is.number(
      `second ${index} p99`,
      point?.p99Ms,
      second.okResponseUs === null ? null : second.okResponseUs.p99 / 1000,
    );
    is.same(`second ${index} outcomes`, point?.outcomes, second.outcomes);
    const served: Record<string, number> = {};
    for (const [pod, tally] of Object.entries<Line>(second.pods)) served[pod] = tally.ok + tally.httpError;
    const found = [...(point?.pods ?? [])].map(([pod, { ok, httpError }]) => [pod, ok + httpError]);
    is.same(`second ${index} pods`, Object.fromEntries(found), served);
  }
  for (const pod of findings.pods) {
    const seen = of(lines, 'k8s.pod').filter((line) => line.name === pod.name);
    const tallies = seconds.flatMap((second) => second.pods[pod.name] ?? []);
    const answers = tallies.map((tally: Line) => tally.ok + tally.httpError);
    is.number(
      `${pod.name} served`,
      pod.served,
      answers.reduce((sum: number, one: number) => sum + one, 0),
    );
    is.number(`${pod.name} ready`, pod.readyMs, seen.find((line) => line.ready)?.t ?? null);
    is.number(`${pod.name} scheduled`, pod.scheduledMs, seen.find((line) => line.node !== null)?.t ?? null);
    is.number(`${pod.name} started`, pod.startedMs, seen.find((line) => line.started)?.t ?? null);
    is.number(
      `${pod.name} deleted`,
      pod.deletedMs,
      seen.find((line) => line.change === 'deleted')?.t ?? null,
    );
    is.number(`${pod.name} first served`, pod.firstServedMs, tallies[0]?.firstT ?? null);
    is.number(
      `${pod.name} last served`,
      pod.lastServedMs,
      tallies.length === 0 ? null : Math.max(...tallies.map((tally: Line) => tally.lastT)),
    );
    is.number(`${pod.name} restarts`, pod.restarts, Math.max(0, ...seen.map((line) => line.restarts)));
  }
}

function firstAnswer(lines: readonly Line[]): number | null {
  const instants = of(lines, 'service.answered')
    .slice(0, 1)
    .map((line) => line.t);
  for (const second of of(lines, 'traffic.second')
    .filter((line) => line.outcomes.ok > 0)
    .slice(0, 1))
    for (const tally of Object.values<Line>(second.pods)) if (tally.ok > 0) instants.push(tally.firstT);
  return instants.length === 0 ? null : Math.min(...instants);
}

/** One histogram of all that are there, by the library that made them. */
export function merged(encoded: readonly (string | undefined)[]): Histogram {
  const sum = build({ useWebAssembly: false });
  sum.autoResize = true;
  for (const text of encoded) if (text !== undefined) sum.add(decodeFromCompressedBase64(text, 32, false));
  return sum;
}
