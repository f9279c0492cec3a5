/** The life of each pod as bars below the node that ran it, coloured by state. */

import { clock, data } from './clock.js';
import { axisWidth, createPlot, plots } from './plot.js';
import { color, fontFamily, hatch } from './theme.js';

/** @import { Plugin } from 'chart.js' */
/** @import { GanttRow } from '../chart-data.ts' */

/** Colours of states; hatched where a pod is on its way out or gone. */
const fills = {
  pending: () => color('pending'),
  starting: () => color('starting'),
  ready: () => color('ready'),
  'not-ready': () => color('not-ready'),
  terminating: () => hatch('terminating', { base: color('terminating', 0.3) }),
  'hit, not noticed': () => hatch('mark-fault', { base: color('mark-fault', 0.14), gap: 7 }),
  lost: () => hatch('lost', { base: color('lost', 0.45), slope: -1, gap: 5 }),
  'node ready': () => color('node-ready', 0.55),
  'node down': () => hatch('not-ready', { base: color('not-ready', 0.3), gap: 5 }),
};
/** @typedef {keyof typeof fills} Fill */
const fillNames = /** @type {Fill[]} */ (Object.keys(fills));

const rows = data.gantt;
const rowHeight = rows.length <= 45 ? 20 : rows.length <= 110 ? 15 : 12;

/** States that occur, for the legend. */
export const ganttFills = fillNames.filter((fill) =>
  rows.some((row) => row.spans.some(([state]) => fillOf(row, state) === fill)),
);

/** @type {HTMLElement | null} */
const place = document.querySelector('[data-chart="gantt"]');
// Before it is drawn, lest what stands below it moves then.
if (place !== null) place.style.height = `${rows.length * rowHeight + 76}px`;

/** Draws the pods. */
export function createGantt() {
  createPlot({
    name: 'gantt',
    type: 'bar',
    labelRows: 1,
    datasets: fillNames.map((fill) => ({
      label: fill,
      yAxisID: 'y',
      grouped: false,
      barThickness: fill.startsWith('node') ? 5 : Math.max(5, rowHeight - 6),
      backgroundColor: () => fills[fill](),
      borderWidth: 0,
      data: rows.flatMap((row, index) =>
        row.spans.flatMap(([state, from, to]) =>
          fillOf(row, state) === fill ? [{ x: [from, to], y: String(index) }] : [],
        ),
      ),
    })),
    scales: {
      y: {
        type: 'category',
        labels: rows.map((_, index) => String(index)),
        offset: true,
        border: { display: false },
        grid: { display: false, drawTicks: false },
        ticks: {
          autoSkip: false,
          padding: 6,
          color: () => color('muted'),
          font: { family: fontFamily, size: rowHeight >= 15 ? 11 : 9 },
          callback: (/** @type {number} */ index) => labelOf(rows[index]),
        },
        /** @param {{ width: number }} scale */
        afterFit(scale) {
          scale.width = axisWidth();
        },
      },
    },
    options: { indexAxis: 'y' },
    plugins: [nodeNames],
    describe: statesInWords,
  });
}

/**
 * The row under a vertical position of the pod chart.
 *
 * @param {number} y Pixels from the top of the canvas.
 */
export function ganttRowAt(y) {
  const scale = plots.find((plot) => plot.name === 'gantt')?.chart.scales['y'];
  return scale === undefined ? undefined : rows[scale.getValueForPixel(y) ?? -1];
}

/**
 * The state of a row at an instant.
 *
 * @param {GanttRow} row
 * @param {number} t
 */
export function stateAt(row, t) {
  return row.spans.find(([, from, to]) => from <= t && t < to);
}

function statesInWords() {
  const at = clock.cursor ?? 0;
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const row of rows) {
    const state = row.kind === 'pod' ? stateAt(row, at)?.[0] : undefined;
    if (state !== undefined) counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return counts.size === 0
    ? 'no pods'
    : [...counts].map(([state, number]) => `${number} ${state}`).join(', ');
}

/**
 * @param {GanttRow} row
 * @param {string} state
 * @returns {Fill}
 */
function fillOf(row, state) {
  if (row.kind === 'node') return state === 'ready' ? 'node ready' : 'node down';
  return /** @type {Fill} */ (state in fills ? state : 'pending');
}

/**
 * The names of nodes stand in the chart, at the beginning of their rows.
 *
 * @type {Plugin}
 */
const nodeNames = {
  id: 'node-names',
  afterDatasetsDraw({ ctx, chartArea, scales }) {
    ctx.save();
    ctx.font = `600 ${rowHeight >= 15 ? 11 : 9}px ${fontFamily}`;
    ctx.textBaseline = 'middle';
    for (const [index, { kind, short }] of rows.entries()) {
      if (kind !== 'node') continue;
      const y = scales['y']?.getPixelForValue(index) ?? 0;
      ctx.fillStyle = color('paper');
      ctx.fillRect(chartArea.left, y - 7, ctx.measureText(short).width + 8, 14);
      ctx.fillStyle = color('ink');
      ctx.fillText(short, chartArea.left + 2, y);
    }
    ctx.restore();
  },
};

/** @param {GanttRow | undefined} row */
function labelOf(row) {
  if (row === undefined || row.kind === 'node') return '';
  const room = Math.floor((axisWidth() - 10) / (rowHeight >= 15 ? 6.1 : 5.1));
  // The end of a name is what tells it from its siblings.
  return row.short.length <= room ? row.short : `…${row.short.slice(1 - room)}`;
}
