/** The data behind the charts as tables. Long runs are summed up to a readable number of rows; CSV files have it all. */
import type { Findings } from '../../../analysis/index.ts';
import { outcomes } from '../../../journal/index.ts';
import { binPods, binSeconds, type PodBin } from '../bins.ts';
import { podsWithTraffic } from '../chart-data.ts';
import { count, decimal, duration, instant, plural } from '../format.ts';
import { bandName, heatOf } from '../heat.ts';
import { dataTable, html, orDash, term, type Content, type Markup } from '../markup.ts';
import { shortName, shortNames, type ShortNames } from '../names.ts';
import { outcomeNames } from '../sentences.ts';

/** Spans of time in a table with one row per pod. */
const podColumns = 12;

/** Offered load and outcomes per second. */
export function loadTable(findings: Findings, rows: number): Markup {
  const { bins, widthS } = binSeconds(findings.seconds, rows);
  return dataTable(
    'load',
    'load',
    {
      caption: 'Requests per second by the second in which they were due',
      columns: [
        { head: 'From', numeric: true },
        { head: term('offered', 'Offered'), numeric: true },
        ...outcomes.map((outcome) => ({ head: outcomeNames[outcome], numeric: true })),
      ],
      rows: bins.map((bin) => [
        instant(bin.t),
        decimal(bin.offered),
        ...outcomes.map((outcome) => decimal(bin.outcomes?.[outcome] ?? null)),
      ]),
      empty: 'No traffic was recorded.',
    },
    widthNote(widthS, 'averages per second'),
  );
}

/** Latency percentiles per second. */
export function latencyTable(findings: Findings, rows: number): Markup {
  const { bins, widthS } = binSeconds(findings.seconds, rows);
  const cell = (value: number | null): Content => orDash(value, duration, 'nothing answered');
  return dataTable(
    'latency',
    'latency',
    {
      caption: 'Response time of ok requests',
      columns: [
        { head: 'From', numeric: true },
        ...['p50', 'p90', 'p99'].map((head) => ({ head, numeric: true })),
      ],
      rows: bins.map((bin) => [instant(bin.t), cell(bin.p50Ms), cell(bin.p90Ms), cell(bin.p99Ms)]),
      empty: 'No traffic was recorded.',
    },
    widthNote(widthS, 'the worst of its seconds'),
  );
}

/** Pods desired, ready and in rotation, one row per change. */
export function replicasTable({ replicas }: Findings, rows: number): Markup {
  return dataTable(
    'pods',
    'pods',
    {
      caption: 'Number of pods from each instant on',
      columns: [
        { head: 'From', numeric: true },
        { head: term('desired', 'Desired'), numeric: true },
        { head: term('ready', 'Ready'), numeric: true },
        { head: term('in-rotation', 'In rotation'), numeric: true },
      ],
      rows: someOf(replicas, rows).map((point) => [
        instant(point.t),
        count(point.desired),
        count(point.ready),
        count(point.inRotation),
      ]),
      empty: 'No pods were recorded.',
    },
    someNote(replicas.length, rows),
  );
}

/** Nodes ready and in all, one row per change. */
export function nodesTable({ nodeCounts }: Findings, rows: number): Markup {
  return dataTable(
    'nodes',
    'nodes',
    {
      caption: 'Number of nodes from each instant on',
      columns: [
        { head: 'From', numeric: true },
        { head: 'Ready', numeric: true },
        { head: 'In all', numeric: true },
      ],
      rows: someOf(nodeCounts, rows).map((point) => [
        instant(point.t),
        count(point.ready),
        count(point.total),
      ]),
      empty: 'No nodes were recorded.',
    },
    someNote(nodeCounts.length, rows),
  );
}

/** Each pod's states with their spans. */
export function ganttTable(findings: Findings): Markup {
  const names = shortNames(findings);
  return dataTable('gantt', 'states of pods', {
    caption: 'States of each pod, in order',
    columns: [{ head: 'Pod' }, { head: 'Node' }, { head: 'States', wide: true }],
    rows: findings.pods.map((pod) => [
      shortName(names, pod.name),
      orDash(pod.node, (node) => shortName(names, node), 'not placed'),
      pod.states.map(
        ({ state, fromMs, toMs }) =>
          html`<span class="state"
            ><span class="swatch ${state}"></span>${state} ${instant(fromMs)}–${instant(toMs)}</span
          > `,
      ),
    ]),
    empty: 'No pod was seen.',
  });
}

/** Answers per second of each pod over a dozen spans of time, and its open connections at the end of each. */
export function perPodTables(findings: Findings): { served: Markup; connections: Markup } {
  const { bins, widthS } = binPods(findings.seconds, podColumns);
  const about = {
    names: shortNames(findings),
    pods: podsWithTraffic(findings),
    starts: bins.map(({ t }) => t),
  };
  return {
    served: perPod({
      ...about,
      name: 'served',
      title: 'requests per pod',
      what: 'Ok answers per second',
      values: bins.map(({ served }) => served),
      note: widthNote(widthS, 'averages per second'),
    }),
    connections: perPod({
      ...about,
      name: 'connections',
      title: 'connections per pod',
      what: 'Open connections',
      values: bins.map(({ connections }) => connections),
      note: widthNote(widthS, 'the state at its end'),
    }),
  };
}

/** Ok requests by band of response time, over a dozen spans of time. */
export function heatTable(findings: Findings): Markup {
  const { binS, t, boundsMs, counts } = heatOf(findings.seconds, podColumns);
  return dataTable(
    'heat',
    'latency by time',
    {
      caption: 'Ok requests by response time, from each instant on',
      columns: [{ head: 'Response time' }, ...t.map((at) => ({ head: instant(at), numeric: true }))],
      rows: counts
        .map((row, band) => [
          bandName(boundsMs[band] ?? 0, boundsMs[band + 1] ?? 0),
          ...row.map((requests) => count(requests)),
        ])
        .toReversed(),
      empty: 'No request was answered well.',
    },
    widthNote(binS, 'how many requests fell into it'),
  );
}

interface PerPod {
  name: string;
  title: string;
  what: string;
  names: ShortNames;
  pods: readonly string[];
  /** Of the spans, ms. */
  starts: readonly number[];
  /** By span, of each pod. */
  values: readonly PodBin['served'][];
  note: string;
}

function perPod({ name, title, what, names, pods, starts, values, note }: PerPod): Markup {
  return dataTable(
    name,
    title,
    {
      caption: `${what}, by pod and from each instant on`,
      columns: [{ head: 'Pod' }, ...starts.map((t) => ({ head: instant(t), numeric: true }))],
      rows: pods.map((pod) => [
        shortName(names, pod),
        ...values.map((value) => decimal(value?.get(pod) ?? 0)),
      ]),
      empty: 'No answer carried a pod’s name.',
    },
    note,
  );
}

function widthNote(widthS: number, how: string): string {
  return widthS === 1
    ? ''
    : `Each span covers ${plural(widthS, 'second')} and shows ${how}; the CSV file is finer.`;
}

function someOf<T>(items: readonly T[], most: number): T[] {
  const every = Math.ceil(items.length / most);
  return items.filter((_, index) => index % every === 0 || index === items.length - 1);
}

function someNote(length: number, most: number): string {
  return length <= most
    ? ''
    : `One of every ${Math.ceil(length / most)} changes is listed; the CSV file has all.`;
}
