/** Findings as the page's charts need them: columns of numbers, times in seconds, thinned to a budget. */
import type { Findings, PodState } from '../../analysis/index.ts';
import { outcomes, type Outcome } from '../../journal/index.ts';
import { binPods, binSeconds, saturatedSpans, type Bin } from './bins.ts';
import { heatOf } from './heat.ts';
import { pageMarks, type PageMark } from './marks.ts';
import { opensAtMs } from './opens-at.ts';
import { shortNames, type ShortNames } from './names.ts';

/** How many numbers the page may carry. */
export interface Budget {
  /** Points in time of the load and latency lanes. */
  points: number;
  /** Numbers in each of the two charts per pod: points in time × pods. */
  podCells: number;
  /** Rows of a table that unfolds below a chart. */
  tableRows: number;
  /** Points in time of the latency heat map. */
  heatSpans: number;
  /** Cluster events in the timeline. */
  events: number;
}

type Column = (number | null)[];

/** A span of one state: `[state, from, to]` in seconds. */
type Span<State extends string> = [state: State, from: number, to: number];

/** A row of the pod chart. */
export interface GanttRow {
  kind: 'node' | 'pod';
  name: string;
  /** The name as there is room for it. */
  short: string;
  spans: Span<PodState | 'unknown' | 'hit, not noticed'>[];
}

/** What one pod served and the connections it had. */
interface PodColumns {
  name: string;
  short: string;
  /** Its node's place among the run's nodes; those of one node stand together. */
  node: number;
  served: Column;
  connections: Column;
}

/** What the page's script draws. Every time is in seconds of the run's clock. */
export interface ChartData {
  durationS: number;
  /** Where the charts begin until the reader chooses other seconds. */
  opensAtS: number;
  load: {
    binS: number;
    t: number[];
    offered: Column;
    outcomes: Record<Outcome, Column>;
    p50: Column;
    p90: Column;
    p99: Column;
    /** The limit of good service, ms. */
    goodMs: number | null;
  };
  replicas: { t: number[]; desired: Column; ready: Column; inRotation: Column };
  nodes: { t: number[]; ready: Column; total: Column };
  gantt: GanttRow[];
  perPod: { binS: number; t: number[]; pods: PodColumns[] };
  /** Requests by band of response time, then by span of time. */
  heat: { binS: number; t: number[]; boundsMs: number[]; counts: number[][] };
  saturated: [from: number, to: number][];
  marks: PageMark[];
}

/** Everything the charts show, from the findings. */
export function chartData(findings: Findings, budget: Budget): ChartData {
  const loadBins = binSeconds(findings.seconds, budget.points);
  const names = shortNames(findings);
  const durationMs = Math.max(findings.durationMs, findings.seconds.at(-1)?.t ?? 0, 1000);
  return {
    durationS: seconds(durationMs),
    opensAtS: seconds(opensAtMs(findings, durationMs)),
    load: loadColumns(loadBins.bins, loadBins.widthS, findings.plan?.goodResponseMs ?? null),
    replicas: {
      t: findings.replicas.map((point) => seconds(point.t)),
      desired: findings.replicas.map((point) => point.desired),
      ready: findings.replicas.map((point) => point.ready),
      inRotation: findings.replicas.map((point) => point.inRotation),
    },
    nodes: {
      t: findings.nodeCounts.map((point) => seconds(point.t)),
      ready: findings.nodeCounts.map((point) => point.ready),
      total: findings.nodeCounts.map((point) => point.total),
    },
    gantt: ganttRows(findings, names),
    perPod: perPodColumns(findings, budget.podCells, names),
    heat: heatColumns(findings, budget.heatSpans),
    saturated: saturatedSpans(findings.seconds).map(([from, to]) => [seconds(from), seconds(to)]),
    marks: pageMarks(findings),
  };
}

function loadColumns(bins: readonly Bin[], binS: number, goodMs: number | null): ChartData['load'] {
  const column = (pick: (bin: Bin) => number | null): Column => bins.map((bin) => rounded(pick(bin)));
  return {
    binS,
    t: bins.map((bin) => seconds(bin.t)),
    offered: column((bin) => bin.offered),
    outcomes: Object.fromEntries(
      outcomes.map((outcome) => [outcome, column((bin) => bin.outcomes?.[outcome] ?? null)]),
    ) as Record<Outcome, Column>,
    p50: column((bin) => bin.p50Ms),
    p90: column((bin) => bin.p90Ms),
    p99: column((bin) => bin.p99Ms),
    goodMs,
  };
}

function perPodColumns(findings: Findings, cells: number, shorts: ShortNames): ChartData['perPod'] {
  const nodes = findings.nodes.filter(({ role }) => role === 'worker').map(({ name }) => name);
  const nodeOf = new Map(findings.pods.map(({ name, node }) => [name, nodes.indexOf(node ?? '')]));
  const place = (pod: string): number => nodeOf.get(pod) ?? -1;
  const names = podsWithTraffic(findings).sort((a, b) => place(a) - place(b));
  const { bins, widthS } = binPods(
    findings.seconds,
    Math.max(60, Math.floor(cells / Math.max(1, names.length))),
  );
  return {
    binS: widthS,
    t: bins.map((bin) => seconds(bin.t)),
    pods: names.map((name) => ({
      name,
      short: shorts.short(name),
      node: place(name),
      served: bins.map(({ served: of }) => (of === null ? null : rounded(of.get(name) ?? 0))),
      connections: bins.map(({ connections: of }) => (of === null ? null : rounded(of.get(name) ?? 0))),
    })),
  };
}

function heatColumns(findings: Findings, spans: number): ChartData['heat'] {
  const heat = heatOf(findings.seconds, spans);
  return { ...heat, t: heat.t.map(seconds) };
}

/** Pods that answered or held connections, in the order in which they first did. */
export function podsWithTraffic(findings: Findings): string[] {
  const names = new Set<string>();
  for (const { pods } of findings.seconds) pods.forEach((name) => names.add(name));
  return [...names];
}

/** The pods below the node that runs them; a pod that was never placed comes last. */
function ganttRows({ nodes, pods, faults }: Findings, names: ShortNames): GanttRow[] {
  const born = (pod: Findings['pods'][number]): number => pod.createdMs ?? pod.states[0]?.fromMs ?? 0;
  const rowsOf = (node: string | null): GanttRow[] =>
    pods
      .filter((pod) => pod.node === node)
      .sort((a, b) => born(a) - born(b))
      .map((pod) => ({
        kind: 'pod',
        name: pod.name,
        short: names.short(pod.name),
        spans: podSpans(pod, faults),
      }));
  const known = nodes.map((node) => node.name);
  const strangers = [...new Set(pods.map((pod) => pod.node))].filter(
    (node): node is string => node !== null && !known.includes(node),
  );
  const grouped = [
    ...nodes.map((node) => ({ name: node.name, role: node.role, spans: node.states.map(span) })),
    ...strangers.map((name) => ({ name, role: 'worker', spans: [] })),
  ].flatMap(({ name, role, spans }) => {
    const rows = rowsOf(name);
    // The control plane's node runs no pods of the workload; without any it would be an empty heading.
    if (rows.length === 0 && role === 'control-plane') return [];
    return [{ kind: 'node' as const, name, short: names.short(name), spans }, ...rows];
  });
  const homeless = rowsOf(null);
  return homeless.length === 0
    ? grouped
    : [...grouped, { kind: 'node', name: 'not placed', short: 'not placed', spans: [] }, ...homeless];
}

/**
 * The pod's states as Kubernetes saw them, but for the time between a fault that landed on it and its being noticed: that delay
 * is what many runs are made to show.
 */
function podSpans(pod: Findings['pods'][number], faults: Findings['faults']): GanttRow['spans'] {
  const hits = faults.flatMap(({ landedMs, lostPods, waterfall }) => {
    const noticed = waterfall
      .filter(({ step, atMs }) => (step === 'detected' || step === 'out of rotation') && atMs !== null)
      .map(({ atMs }) => atMs ?? 0);
    return landedMs !== null && lostPods.includes(pod.name)
      ? [[landedMs, Math.max(...noticed)] as const]
      : [];
  });
  return pod.states.flatMap(({ state, fromMs, toMs }): GanttRow['spans'] => {
    const hit = hits.find(([landed]) => landed > fromMs && landed < toMs);
    if (hit === undefined || (state !== 'ready' && state !== 'starting'))
      return [span({ state, fromMs, toMs })];
    const [landedMs, noticedMs] = hit;
    // Where nobody ever noticed, it lasts as long as Kubernetes believed in the pod.
    const until = noticedMs > landedMs ? Math.min(toMs, noticedMs) : toMs;
    return [
      span({ state, fromMs, toMs: landedMs }),
      span({ state: 'hit, not noticed' as const, fromMs: landedMs, toMs: until }),
      ...(until < toMs ? [span({ state, fromMs: until, toMs })] : []),
    ];
  });
}

function span<State extends string>(of: { state: State; fromMs: number; toMs: number }): Span<State> {
  return [of.state, seconds(of.fromMs), seconds(of.toMs)];
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}

/** Three significant digits after the point are plenty for a chart and halve the page. */
function rounded(value: number | null): number | null {
  if (value === null || !Number.isFinite(value)) return null;
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}
