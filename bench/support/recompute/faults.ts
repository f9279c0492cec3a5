import type { Findings } from '../../../src/analysis/index.ts';
import type { Comparison } from './comparison.ts';
import { of, type Line } from './lines.ts';

/** Reaction, repair, outage, the waterfall and lost requests, for runs whose faults do not overlap. */
export function recomputeFaults(lines: readonly Line[], findings: Findings, is: Comparison): void {
  for (const fault of findings.faults) {
    const inject = of(lines, 'fault.inject').find((line) => line.id === fault.id);
    const landed = of(lines, 'fault.landed').find((line) => line.id === fault.id);
    if (inject === undefined || landed === undefined) continue;
    const at = struckAt({ inject, landed });
    is.number(`${fault.id} injected`, fault.injectedMs, at);
    is.number(`${fault.id} landed`, fault.landedMs, landed.t);
    const lost = lostPods(lines, inject);
    is.same(`${fault.id} lost pods`, [...fault.lostPods].sort(), [...lost].sort());
    const noEarlier = (t: number | null): number | null => (t === null ? null : Math.max(at, t));
    const steps = waterfall(lines, { inject, lost, made: fault.replacementPods });
    for (const row of fault.waterfall)
      is.number(
        `${fault.id} ${row.step}`,
        row.atMs,
        row.step === 'fault' ? at : noEarlier(steps[row.step] ?? null),
      );
    const reactions = [
      steps['detected'],
      steps['out of rotation'],
      ...fault.replacementPods.map((pod) => createdAt(lines, pod)),
    ];
    // A step is reached when the last pod has reached it; the reaction is the first of any pod.
    const first = Math.max(
      at,
      Math.min(...firstReactions(lines, { inject, lost }), ...reactions.filter((t) => typeof t === 'number')),
    );
    is.number(`${fault.id} reaction`, fault.reactionMs, first - at);
    is.number(
      `${fault.id} repair`,
      fault.repairMs,
      steps['ready'] === null || steps['ready'] === undefined ? null : Math.max(0, steps['ready'] - first),
    );
    const recovery = fault.outageMs === null ? null : Math.max(0, at + fault.outageMs - first);
    is.number(`${fault.id} recovery`, fault.recoveryMs, recovery);
    recomputeHealing(fault, is);
  }
  const all = of(lines, 'traffic.second');
  const failed = all.reduce((sum, second) => sum + second.scheduled - second.outcomes.ok, 0);
  const blamed = findings.customers.lost.reduce((sum, { count }) => sum + count, 0);
  is.number('lost requests of all causes', blamed, failed);
}

/** The first pod was seen to end or, where none was, the instant before the injection. */
export function struckAt({ inject, landed }: { inject: Line; landed: Line }): number {
  const ends = Object.values<number>(landed.ended ?? {});
  return ends.length === 0 ? inject.t : Math.max(inject.t, Math.min(...ends));
}

function lostPods(lines: readonly Line[], inject: Line): Set<string> {
  if (inject.targetKind === 'Pod') return new Set(inject.targets.map((target: Line) => target.name));
  const nodes = new Set(inject.targets.map((target: Line) => target.name));
  const last = new Map<string, Line>();
  for (const line of of(lines, 'k8s.pod')) if (line.t <= inject.t) last.set(line.name, line);
  const lost = new Set<string>();
  for (const [name, line] of last) {
    const ended = line.change === 'deleted' || line.phase === 'Succeeded' || line.phase === 'Failed';
    if (nodes.has(line.node) && !ended) lost.add(name);
  }
  return lost;
}

type Steps = Record<string, number | null>;

function waterfall(
  lines: readonly Line[],
  { inject, lost, made }: { inject: Line; lost: Set<string>; made: readonly string[] },
): Steps {
  const pods = of(lines, 'k8s.pod');
  const latest = (instants: (number | undefined)[]): number | null =>
    instants.length === 0 || instants.includes(undefined) ? null : Math.max(...(instants as number[]));
  const each = (holds: (line: Line) => boolean): number | null =>
    latest(made.map((name) => pods.find((line) => line.name === name && holds(line))?.t));
  return {
    detected: latest(detections(lines, { inject, lost })),
    'out of rotation': latest(departures(lines, { inject, lost })),
    'replacement created': each(() => true),
    scheduled: each((line) => line.node !== null),
    started: each((line) => line.started),
    ready: each((line) => line.ready),
    'in rotation': latest(
      made.map((name) => of(lines, 'k8s.endpoints').find((line) => isListed(line, name))?.t),
    ),
    'first request served': latest(
      made.map(
        (name) =>
          of(lines, 'traffic.second').find((second) => second.pods[name] !== undefined)?.pods[name].firstT,
      ),
    ),
  };
}

function isListed(line: Line, pod: string): boolean {
  return line.endpoints.some((endpoint: Line) => endpoint.pod === pod && endpoint.ready);
}

function detections(
  lines: readonly Line[],
  { inject, lost }: { inject: Line; lost: Set<string> },
): (number | undefined)[] {
  if (inject.targetKind === 'Node') {
    return inject.targets.map(
      (target: Line) =>
        of(lines, 'k8s.node').find(
          (line) => line.name === target.name && line.t >= inject.t && line.ready !== 'True',
        )?.t,
    );
  }
  return [...lost].map((name) => {
    const seen = of(lines, 'k8s.pod').filter((line) => line.name === name);
    const before = seen.findLast((line) => line.t < inject.t);
    return seen.find(
      (line) =>
        line.t >= inject.t &&
        (line.change === 'deleted' ||
          line.terminating ||
          line.restarts > (before?.restarts ?? 0) ||
          (before?.ready === true && !line.ready)),
    )?.t;
  });
}

/** When each lost pod that was listed at the fault was listed no more. */
function departures(
  lines: readonly Line[],
  { inject, lost }: { inject: Line; lost: Set<string> },
): (number | undefined)[] {
  const slices = of(lines, 'k8s.endpoints');
  const then = slices.findLast((line) => line.t <= inject.t);
  return [...lost]
    .filter((name) => then !== undefined && isListed(then, name))
    .map((name) => slices.find((line) => line.t > inject.t && !isListed(line, name))?.t);
}

function firstReactions(lines: readonly Line[], of_: { inject: Line; lost: Set<string> }): number[] {
  return [...detections(lines, of_), ...departures(lines, of_)].filter((t) => t !== undefined);
}

function createdAt(lines: readonly Line[], pod: string): number | null {
  return of(lines, 'k8s.pod').find((line) => line.name === pod)?.t ?? null;
}

/** The longest step follows from the waterfall alone. */
function recomputeHealing({ id, waterfall, explanation }: Findings['faults'][number], is: Comparison): void {
  let reached = waterfall[0]?.atMs ?? 0;
  let longest: [step: string, tookMs: number] | null = null;
  const start = reached;
  for (const { step, atMs } of waterfall) {
    if (atMs === null || atMs <= reached) continue;
    if (longest === null || atMs - reached > longest[1]) longest = [step, atMs - reached];
    reached = atMs;
  }
  is.number(`${id} healing in all`, explanation?.totalMs, reached - start);
  is.same(`${id} longest step`, explanation?.longest?.step ?? null, longest?.[0] ?? null);
}
