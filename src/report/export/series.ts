import type { Findings, SecondPoint } from '../../analysis/index.ts';

/** One second of a run, flat, for tables and notebooks. Instants and durations carry their unit in the name. */
interface SeriesRow {
  /** Second of traffic, from 0. */
  second: number;
  /** Its start, wall clock, ISO 8601. */
  time: string;
  /** Its start, ms since the run's origin. */
  t_ms: number;
  phase: string | null;
  scheduled: number;
  ok: number;
  http_error: number;
  timeout: number;
  refused: number;
  reset: number;
  dropped: number;
  /** Response time of ok requests. */
  response_p50_ms: number | null;
  response_p90_ms: number | null;
  response_p99_ms: number | null;
  connections: number;
  pods_desired: number | null;
  pods_ready: number | null;
  pods_in_rotation: number | null;
  nodes_ready: number | null;
  lateness_p99_ms: number;
  generator_cpu: number;
  /** The generator spoiled this second. */
  saturated: boolean;
}

/** The seconds of a run, in order. */
function seriesOf(findings: Findings): SeriesRow[] {
  const originMs = Date.parse(findings.run.originWall);
  return findings.seconds.map((point) => rowOf(point, findings, originMs));
}

/** The series as CSV with a header line (RFC 4180); empty cells where a value is not known. */
export function seriesCsv(findings: Findings): string {
  const rows = seriesOf(findings);
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(','));
  return [columns.join(','), ...lines, ''].join('\n');
}

/** The series as one JSON object per line; unlike the table it also has requests and connections of each pod. */
export function seriesNdjson(findings: Findings): string {
  const rows = seriesOf(findings);
  const lines = rows.map((row, index) => {
    const pods = [...(findings.seconds[index]?.pods ?? [])];
    return JSON.stringify({
      ...row,
      served_by_pod: Object.fromEntries(pods.map(([pod, { ok, httpError }]) => [pod, ok + httpError])),
      connections_by_pod: Object.fromEntries(pods.map(([pod, { connections }]) => [pod, connections])),
    });
  });
  return [...lines, ''].join('\n');
}

const columns = [
  'second',
  'time',
  't_ms',
  'phase',
  'scheduled',
  'ok',
  'http_error',
  'timeout',
  'refused',
  'reset',
  'dropped',
  'response_p50_ms',
  'response_p90_ms',
  'response_p99_ms',
  'connections',
  'pods_desired',
  'pods_ready',
  'pods_in_rotation',
  'nodes_ready',
  'lateness_p99_ms',
  'generator_cpu',
  'saturated',
] as const satisfies readonly (keyof SeriesRow)[];

function rowOf(point: SecondPoint, findings: Findings, originMs: number): SeriesRow {
  const { t, second, offered, outcomes } = point;
  // What was in force when the second ended.
  const replicas = lastUntil(findings.replicas, t + 1000);
  const nodes = lastUntil(findings.nodeCounts, t + 1000);
  return {
    second,
    time: new Date(originMs + t).toISOString(),
    t_ms: Math.round(t * 1000) / 1000,
    phase: phaseAt(findings, second * 1000),
    scheduled: offered,
    ...outcomes,
    response_p50_ms: point.p50Ms,
    response_p90_ms: point.p90Ms,
    response_p99_ms: point.p99Ms,
    connections: point.connectionsOpen,
    pods_desired: replicas?.desired ?? null,
    pods_ready: replicas?.ready ?? null,
    pods_in_rotation: replicas?.inRotation ?? null,
    nodes_ready: nodes?.ready ?? null,
    lateness_p99_ms: point.latenessP99Ms,
    generator_cpu: point.generatorCpu,
    saturated: point.saturated,
  };
}

function lastUntil<T extends { t: number }>(points: readonly T[], t: number): T | undefined {
  return points.findLast((point) => point.t < t);
}

function phaseAt({ plan }: Findings, ms: number): string | null {
  return plan?.phases.findLast(({ startMs }) => startMs <= ms)?.name ?? null;
}

function cell(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
