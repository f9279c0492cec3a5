/** Holds the engine's ledger against the pods' own logs, request by request and pod by pod. */
import type { JournalEvent } from '../../../src/journal/index.ts';
import type { Line, Row } from './logs.ts';

/**
 * A pod writes its line after its answer, and its node's log writer gathers lines for 10 ms: who is killed in between has answered
 * and left no line.
 */
const gatheredMs = 100;

/** What came of the comparison. */
export interface LogAccount {
  requests: number;
  ok: number;
  /** Of `ok`: those with a line in exactly one pod's log. */
  found: number;
  /** Requests that were answered and have no line, and ended while a pod or a node was being killed. */
  undecidable: number;
  /** Lines about requests that the client had given up (timeout, reset). */
  givenUp: number;
  /** Answers by pod: as the client saw them, and as the pod wrote them down. */
  pods: { pod: string; client: number; logged: number; killed: boolean }[];
  /** Sentences about what must not be. */
  violations: string[];
}

/** Compares what both sides say of a run whose journal has these events. */
export function compareWithLogs(
  rows: readonly Row[],
  lines: readonly Line[],
  events: readonly JournalEvent[],
): LogAccount {
  const violations: string[] = [];
  const byId = Map.groupBy(lines, ({ id }) => id);
  const kills = killings(events);
  const origin = kills.length === 0 ? 0 : originMs(rows, events);
  const killed = (endedMs: number): boolean =>
    kills.some(({ fromT, toT }) => endedMs - origin >= fromT && endedMs - origin <= toT);
  const account = { requests: rows.length, ok: 0, found: 0, undecidable: 0, givenUp: 0 };
  const logged = new Map<string, number>();

  for (const { id, outcome, status, endedMs } of rows) {
    const written = byId.get(id) ?? [];
    const [line] = written;
    if (outcome === 'ok') account.ok++;
    if (written.length > 1) {
      violations.push(`${id}: ${outcome}, in the logs of ${written.map(({ pod }) => pod).join(' and ')}`);
    } else if (outcome === 'ok' || outcome === 'http_error') {
      if (line === undefined) {
        if (killed(endedMs)) account.undecidable++;
        else violations.push(`${id}: ${outcome}, but in no pod’s log`);
      } else if (line.status !== status) {
        violations.push(`${id}: ${status} in the ledger, ${line.status} in the log of ${line.pod}`);
      } else {
        logged.set(line.pod, (logged.get(line.pod) ?? 0) + 1);
        if (outcome === 'ok') account.found++;
      }
    } else if (line !== undefined) {
      if (outcome === 'timeout' || outcome === 'reset') account.givenUp++;
      else violations.push(`${id}: ${outcome}, but in the log of ${line.pod}`);
    }
  }

  const client = answersByPod(events);
  const pods = [...new Set([...client.keys(), ...logged.keys()])].toSorted().map((pod) => ({
    pod,
    client: client.get(pod) ?? 0,
    logged: logged.get(pod) ?? 0,
    killed: kills.some(({ pods: died }) => died.has(pod)),
  }));
  for (const { pod, client, logged, killed } of pods) {
    if (killed ? client < logged : client !== logged)
      violations.push(`${pod}: ${client} answers seen by the client, ${logged} in its log`);
  }
  const lost = pods.reduce((sum, { client, logged }) => sum + client - logged, 0);
  if (lost !== account.undecidable)
    violations.push(`pods’ counts differ by ${lost}, lines that are missing are ${account.undecidable}`);
  return { ...account, pods, violations };
}

/** What the client saw answered by each pod, as the answers' headers say. */
function answersByPod(events: readonly JournalEvent[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    if (event.type !== 'traffic.second') continue;
    for (const [pod, { ok, httpError }] of Object.entries(event.pods)) {
      counts.set(pod, (counts.get(pod) ?? 0) + ok + httpError);
    }
  }
  return counts;
}

/** When pods were killed: from a little before the injection until it was seen to have landed; and which. */
function killings(events: readonly JournalEvent[]): { fromT: number; toT: number; pods: Set<string> }[] {
  return events
    .filter((event) => event.type === 'fault.inject')
    .filter(({ fault }) => fault === 'kill-pod' || fault === 'kill-node')
    .map(({ id, t, targetKind, targets }) => {
      const landed = events.find((event) => event.type === 'fault.landed' && event.id === id);
      const names = new Set(targets.map(({ name }) => name));
      const on = events.flatMap((event) =>
        event.type === 'k8s.pod' && event.t <= t && event.node !== null && names.has(event.node)
          ? [event.name]
          : [],
      );
      return {
        fromT: t - gatheredMs,
        toT: landed?.t ?? t + gatheredMs,
        pods: targetKind === 'Pod' ? names : new Set(on),
      };
    });
}

/** The instant of the run's origin on the ledger's clock: failures stand in both, with the instant in which they were known. */
function originMs(rows: readonly Row[], events: readonly JournalEvent[]): number {
  const failed = events
    .flatMap((event) => (event.type === 'traffic.second' ? event.failures : []))
    .map(({ endedT }) => endedT)
    .toSorted((a, b) => a - b);
  const ended = rows
    .filter(({ outcome }) => outcome !== 'ok')
    .map(({ endedMs }) => endedMs)
    .toSorted((a, b) => a - b);
  if (failed.length === 0 || failed.length !== ended.length)
    throw new Error(`${failed.length} failures in the journal, ${ended.length} in the ledger`);
  return (ended[0] ?? 0) - (failed[0] ?? 0);
}
