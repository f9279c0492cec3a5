import type { Gap } from '../journal/index.ts';
import { formatCount, formatDuration, formatInstant, formatPlural } from '../support/index.ts';
import type { FaultFinding, Findings, PodLife } from './findings.ts';
import type { RunRecord } from './record.ts';
import type { Traffic } from './traffic.ts';

/** Above this share of spoiled seconds a run's latencies say more about the generator than about the cluster. */
const saturatedShareLimit = 0.1;

/** What speaks against the run, and what is merely worth knowing, each as a sentence. */
export interface Trust {
  distrust: string[];
  notes: string[];
}

/** Whether the figures may be believed. */
export function trustOf({
  record,
  traffic,
  faults,
  pods,
  accounting,
  problems,
}: {
  record: RunRecord;
  traffic: Traffic;
  faults: readonly FaultFinding[];
  pods: readonly PodLife[];
  accounting: Findings['accounting'];
  problems: readonly string[];
}): Trust {
  const distrust: string[] = [];
  const notes: string[] = [];
  distrust.push(...traffic.problems);
  if (!traffic.requests.conserved && traffic.problems.length === 0) {
    distrust.push('Not every scheduled request has an outcome.');
  }
  if (lacksTraffic(record, traffic))
    distrust.push('The plan offered traffic and the run completed, but its journal holds no traffic.');
  saturation(traffic, distrust, notes);
  distrust.push(...miscounts(accounting, pods));
  gaps(record, faults, distrust, notes);
  distrust.push(...problems);
  for (const { level, message } of record.of('note'))
    if (level === 'warning') notes.push(`Warning: ${message}`);
  return { distrust, notes };
}

function lacksTraffic(record: RunRecord, { seconds }: Traffic): boolean {
  const planned = record.of('run.plan')[0]?.offeredPerSecond.some((offered) => offered > 0) ?? false;
  return planned && seconds.length === 0 && record.of('run.end').at(-1)?.reason === 'completed';
}

function saturation({ seconds, requests, generator }: Traffic, distrust: string[], notes: string[]): void {
  const { saturatedSeconds } = generator;
  if (saturatedSeconds > 0) {
    const of = `${saturatedSeconds} of ${formatPlural(seconds.length, 'second')} of traffic`;
    if (saturatedSeconds > Math.max(1, saturatedShareLimit * seconds.length)) {
      distrust.push(`The generator could not keep up in ${of}: their latencies are partly its own.`);
    } else {
      notes.push(
        `The generator was late in ${of}; ${saturatedSeconds === 1 ? 'it is' : 'they are'} marked in the charts.`,
      );
    }
  }
  if (requests.dropped > 0) {
    notes.push(
      `${formatPlural(requests.dropped, 'request')} ${requests.dropped === 1 ? 'was' : 'were'} due while no connection was free, and never sent.`,
    );
  }
}

/** A pod may have served more than the client saw, when answers were lost on the way, but never less. */
function miscounts(accounting: Findings['accounting'], pods: readonly PodLife[]): string[] {
  const restarted = new Set(pods.filter(({ restarts }) => restarts > 0).map(({ name }) => name));
  return accounting
    .filter(({ pod, client, podCount }) => podCount !== null && podCount < client && !restarted.has(pod))
    .map(
      ({ pod, client, podCount }) =>
        `The client saw ${formatCount(client)} answers of ${pod}, which counted only ${formatCount(podCount)}.`,
    );
}

/** What was not watched while a fault healed may be the very step that a figure rests on. */
function gaps(record: RunRecord, faults: readonly FaultFinding[], distrust: string[], notes: string[]): void {
  for (const { what, fromT, toT } of together(record.of('gap'))) {
    const touched = faults.filter((fault) => fromT <= healedMs(fault) && toT >= fault.injectedMs);
    const stopped = stoppedServer(record, { fromT, toT });
    const lasted = `Not observed for ${formatDuration(Math.max(0, toT - fromT))} from ${formatInstant(fromT)} on`;
    if (stopped !== null)
      notes.push(`${lasted}, for ${stopped} had stopped the API server: ${what.join(', ')}.`);
    else if (touched.length === 0) notes.push(`${lasted}: ${what.join(', ')}.`);
    else
      distrust.push(`${lasted}, while ${touched.map(({ id }) => id).join(', ')} healed: ${what.join(', ')}.`);
  }
}

/** The fault because of which nothing could be observed: that is its lesson, and no blemish of the run. */
function stoppedServer(record: RunRecord, { fromT, toT }: Pick<Gap, 'fromT' | 'toT'>): string | null {
  const undone = record.of('fault.undone');
  const found = record.of('fault.inject').find(({ id, t, component }) => {
    if (component !== 'api-server') return false;
    const endT = undone.find((event) => event.id === id)?.t ?? Infinity;
    return toT >= t && fromT <= endT;
  });
  return found?.id ?? null;
}

/** Gaps that overlap, as a lost connection makes them in every watch, as one. */
function together(gaps: readonly Gap[]): { what: string[]; fromT: number; toT: number }[] {
  const merged: { what: string[]; fromT: number; toT: number }[] = [];
  for (const { what, fromT, toT } of gaps.toSorted((a, b) => a.fromT - b.fromT)) {
    const last = merged.at(-1);
    if (last === undefined || fromT > last.toT) merged.push({ what: [what], fromT, toT });
    else {
      last.toT = Math.max(last.toT, toT);
      if (!last.what.includes(what)) last.what.push(what);
    }
  }
  return merged;
}

function healedMs({ waterfall, injectedMs }: FaultFinding): number {
  return waterfall.reduce((last, { atMs }) => Math.max(last, atMs ?? last), injectedMs);
}
