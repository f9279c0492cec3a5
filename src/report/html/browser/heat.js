/** Latency by time as a heat map: each cell is a band of response time within a span of the run. */

import { clock, data } from './clock.js';
import { title } from './lanes.js';
import { createPlot, verticalAxis } from './plot.js';
import { color } from './theme.js';

/** @import { Plugin } from 'chart.js' */

const { binS, t, boundsMs, counts } = data.heat;

/** Requests of each span, over all bands. */
const totals = t.map((_, bin) => counts.reduce((sum, row) => sum + (row[bin] ?? 0), 0));

/** Draws the heat map. */
export function createHeat() {
  createPlot({
    name: 'heat',
    type: 'line',
    datasets: [{ label: 'ok requests', yAxisID: 'y', data: [] }],
    scales: {
      y: verticalAxis({
        type: 'logarithmic',
        min: boundsMs[0] ?? 1,
        max: boundsMs.at(-1) ?? 10,
        title: title('ms, logarithmic'),
        ticks: {
          callback: (/** @type {number} */ value) =>
            [1, 2, 5].includes(Number((value / 10 ** Math.floor(Math.log10(value))).toPrecision(6)))
              ? value.toLocaleString('en-US')
              : null,
          maxTicksLimit: 12,
        },
      }),
    },
    plugins: [cells],
    describe: inWords,
  });
}

/**
 * Paints the cells below the marks; what a cell shares with its span decides how dark it is.
 *
 * @type {Plugin}
 */
const cells = {
  id: 'heat-cells',
  beforeDatasetsDraw({ ctx, chartArea, scales }) {
    const x = scales['x'];
    const y = scales['y'];
    if (x === undefined || y === undefined) return;
    ctx.save();
    ctx.beginPath();
    ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
    ctx.clip();
    ctx.fillStyle = color('heat');
    const edges = boundsMs.map((bound) => y.getPixelForValue(bound));
    for (const [bin, from] of t.entries()) {
      if (from > clock.to || from + binS < clock.from) continue;
      const left = x.getPixelForValue(from);
      const width = x.getPixelForValue(from + binS) - left;
      for (const [band, row] of counts.entries()) {
        const share = (row[bin] ?? 0) / (totals[bin] ?? 1);
        if (share === 0) continue;
        const top = edges[band + 1] ?? 0;
        ctx.globalAlpha = opacityOf(share);
        ctx.fillRect(left, top, Math.max(1, width), (edges[band] ?? 0) - top);
      }
    }
    ctx.restore();
  },
};

/**
 * Single requests must be seen beside hundreds.
 *
 * @param {number} share
 */
function opacityOf(share) {
  return 0.1 + 0.9 * Math.sqrt(Math.min(1, share * 1.5));
}

/**
 * The cell at an instant and a response time, in words; '' where there is none.
 *
 * @param {number} at Seconds.
 * @param {number} ms
 */
export function heatAt(at, ms) {
  const bin = Math.floor((at - (t[0] ?? 0)) / binS);
  const band = boundsMs.findIndex((bound, index) => bound <= ms && ms < (boundsMs[index + 1] ?? 0));
  const total = totals[bin] ?? 0;
  if (total === 0 || band < 0) return '';
  return `${(counts[band]?.[bin] ?? 0).toLocaleString('en-US')} of ${total.toLocaleString('en-US')} within ${boundsMs[band]}–${boundsMs[band + 1]} ms`;
}

function inWords() {
  const bin = Math.floor(((clock.cursor ?? 0) - (t[0] ?? 0)) / binS);
  const total = totals[bin] ?? 0;
  if (total === 0) return 'nothing';
  const column = counts.map((row) => row[bin] ?? 0);
  const most = column.indexOf(Math.max(...column));
  const slowest = column.findLastIndex((count) => count > 0);
  return `most of ${total} requests took ${boundsMs[most]} to ${boundsMs[most + 1]} ms, the slowest up to ${boundsMs[slowest + 1]} ms`;
}
