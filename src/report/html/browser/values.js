/** What each chart shows as series with names, colours and values, for its legend, its cursor and its CSV file. */

import { data } from './clock.js';

/**
 * A series of a chart. `t` and `values` are columns: the value holds from its instant to the next.
 *
 * @typedef {object} Series
 * @property {string} key
 * @property {string} label
 * @property {string} color Name of the colour, for `color`.
 * @property {string} [short] The label as there is room for it.
 * @property {'line' | 'area'} shape
 * @property {number[]} t
 * @property {(number | null)[]} values
 * @property {(value: number) => string} format
 */

/** How many hues there are for nodes; the next nodes begin anew. */
const nodeHues = 6;
/** Shades of a node's hue for its pods, neighbours far apart. */
const shades = [100, 58, 82, 46, 70];
/** @param {number} value */
const number = (value) => value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
/** @param {number} ms */
const latency = (ms) =>
  ms < 1000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)}\u00a0ms` : `${(ms / 1000).toFixed(2)}\u00a0s`;

const outcomeLabels = {
  ok: 'ok',
  http_error: 'HTTP error',
  timeout: 'timed out',
  refused: 'refused',
  reset: 'reset',
  dropped: 'dropped',
};
/** Outcomes in the order in which they are stacked. */
const outcomeKeys = /** @type {(keyof typeof outcomeLabels)[]} */ (Object.keys(outcomeLabels));

/** @type {Record<string, Series[]>} */
export const series = {
  load: [
    {
      key: 'offered',
      label: 'offered',
      color: 'offered',
      shape: 'line',
      t: data.load.t,
      values: data.load.offered,
      format: number,
    },
    ...outcomeKeys
      .filter((key) => key === 'ok' || data.load.outcomes[key].some((value) => (value ?? 0) > 0))
      .map((key) => ({
        key,
        label: outcomeLabels[key],
        color: key,
        shape: /** @type {const} */ ('area'),
        t: data.load.t,
        values: data.load.outcomes[key],
        format: number,
      })),
  ],
  latency: /** @type {const} */ (['p99', 'p90', 'p50']).map((key) => ({
    key,
    label: key,
    color: key,
    shape: 'line',
    t: data.load.t,
    values: data.load[key],
    format: latency,
  })),
  pods: [
    {
      key: 'desired',
      label: 'desired',
      color: 'desired',
      shape: 'line',
      t: data.replicas.t,
      values: data.replicas.desired,
      format: number,
    },
    {
      key: 'ready',
      label: 'ready',
      color: 'ready',
      shape: 'area',
      t: data.replicas.t,
      values: data.replicas.ready,
      format: number,
    },
    {
      key: 'in-rotation',
      label: 'in rotation',
      color: 'in-rotation',
      shape: 'line',
      t: data.replicas.t,
      values: data.replicas.inRotation,
      format: number,
    },
  ],
  nodes: [
    {
      key: 'total',
      label: 'in all',
      color: 'desired',
      shape: 'line',
      t: data.nodes.t,
      values: data.nodes.total,
      format: number,
    },
    {
      key: 'ready',
      label: 'ready',
      color: 'node-ready',
      shape: 'area',
      t: data.nodes.t,
      values: data.nodes.ready,
      format: number,
    },
  ],
  served: perPod('served'),
  connections: perPod('connections'),
  gantt: [],
  heat: [],
};

/**
 * @param {'served' | 'connections'} what
 * @returns {Series[]}
 */
function perPod(what) {
  /** @type {Map<number, number>} */
  const seen = new Map();
  return data.perPod.pods.map((pod) => {
    const index = seen.get(pod.node) ?? 0;
    seen.set(pod.node, index + 1);
    const hue = pod.node < 0 ? 'dropped' : `node-${pod.node % nodeHues}`;
    return {
      key: pod.name,
      label: pod.name,
      short: pod.short,
      color: `${hue}/${shades[index % shades.length]}`,
      shape: 'area',
      t: data.perPod.t,
      values: pod[what],
      format: number,
    };
  });
}

/**
 * The value that holds at an instant; null where there is none.
 *
 * @param {Series} of
 * @param {number} t
 */
export function valueAt({ t: instants, values }, t) {
  const index = indexAt(instants, t);
  return index < 0 ? null : (values[index] ?? null);
}

/**
 * The last index whose instant is not after `t`; -1 before the first.
 *
 * @param {number[]} instants
 * @param {number} t
 */
function indexAt(instants, t) {
  let low = 0;
  let high = instants.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((instants[middle] ?? 0) <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * A step function as points for a chart: each value holds until the next instant, the last one until `end`; a value that is
 * missing leaves a gap.
 *
 * @param {number[]} instants
 * @param {(number | null)[]} values
 * @param {number} end
 */
export function steps(instants, values, end) {
  /** @type {{ x: number, y: number | null }[]} */
  const points = [];
  for (const [index, x] of instants.entries()) {
    const y = values[index] ?? null;
    const before = values[index - 1] ?? null;
    if (y === null && before !== null) points.push({ x, y: before });
    points.push({ x, y: y === null ? NaN : y });
  }
  const last = values.at(-1) ?? null;
  if (last !== null) points.push({ x: Math.max(end, instants.at(-1) ?? 0), y: last });
  return points;
}

/**
 * The full data of a chart as rows with a head; null for charts without columns.
 *
 * @param {string} name
 */
export function columnsOf(name) {
  if (name === 'heat') return heatColumns();
  const all = series[name] ?? [];
  const instants = all[0]?.t;
  return instants === undefined
    ? null
    : [
        ['from_s', ...all.map((of) => of.label)],
        ...instants.map((t, index) => [t, ...all.map((of) => of.values[index] ?? '')]),
      ];
}

function heatColumns() {
  const { t, boundsMs, counts } = data.heat;
  return [
    ['from_s', ...counts.map((_, band) => `${boundsMs[band]}-${boundsMs[band + 1]} ms`)],
    ...t.map((at, bin) => [at, ...counts.map((row) => row[bin] ?? 0)]),
  ];
}
