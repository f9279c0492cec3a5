/** One chart on the page: its canvas, the cursor and the selection over it, pointer and keyboard. */

import {
  clock,
  data,
  instantText,
  moveCursor,
  onClock,
  pointAt,
  showAll,
  showSeconds,
  zoomBy,
} from './clock.js';
import { color, fontFamily } from './theme.js';
import { labelRoom, markAnnotations, markLabels } from './marks.js';

/** @import { ChartConfiguration, Chart as ChartType } from 'chart.js' */

/**
 * A chart that has been put on the page.
 *
 * @typedef {object} Plot
 * @property {string} name
 * @property {HTMLElement} box
 * @property {ChartType} chart
 * @property {() => string} describe What the chart shows at the cursor, in words.
 */

/** @type {Plot[]} */
export const plots = [];

/** @type {((plot: Plot) => void)[]} */
const plotListeners = [];

/** @param {(plot: Plot) => void} listener Called with each chart once it is on the page. */
export function onPlot(listener) {
  plotListeners.push(listener);
}

/** Width of the vertical axes, so that seconds stand above one another on all charts. */
export const axisWidth = () => (matchMedia('(max-width: 700px)').matches ? 44 : 56);

/**
 * What a chart adds to what all charts have in common.
 *
 * @typedef {object} PlotParts
 * @property {string} name
 * @property {ChartConfiguration['type']} type
 * @property {any[]} datasets
 * @property {Record<string, any>} scales Vertical axes.
 * @property {Record<string, any>} [options]
 * @property {Record<string, any>} [annotations]
 * @property {import('chart.js').Plugin[]} [plugins]
 * @property {number} [labelRows]
 * @property {() => string} describe
 */

/**
 * Puts a chart into its box on the page; does nothing where the report has no such box.
 *
 * @param {PlotParts} parts
 * @returns {Plot | null}
 */
export function createPlot({
  name,
  type,
  datasets,
  scales,
  options = {},
  annotations = {},
  plugins = [],
  labelRows = 0,
  describe,
}) {
  /** @type {HTMLElement | null} */
  const box = document.querySelector(`[data-chart="${name}"]`);
  const canvas = box?.querySelector('canvas');
  if (!box || !canvas) return null;
  const chart = new Chart(
    canvas,
    /** @type {any} */ ({
      type,
      data: { datasets },
      plugins: [markLabels(labelRows), ...plugins],
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        resizeDelay: 60,
        normalized: true,
        events: [],
        layout: { padding: { top: labelRoom(labelRows), right: 14 } },
        scales: { x: timeAxis(isLast(box)), ...scales },
        plugins: {
          legend: { display: false },
          tooltip: { enabled: false },
          annotation: { annotations: { ...markAnnotations(), ...annotations }, clip: true },
        },
        ...options,
      },
    }),
  );
  const plot = { name, box, chart, describe };
  plots.push(plot);
  listen(plot);
  onClock((what) => (what === 'window' ? showWindow(plot) : showCursor(plot)));
  tellWindow(plot);
  for (const listener of plotListeners) listener(plot);
  return plot;
}

/**
 * A vertical axis.
 *
 * @param {Record<string, any>} more
 * @returns {any}
 */
export function verticalAxis(more) {
  const { ticks = {}, ...rest } = more;
  return {
    type: 'linear',
    beginAtZero: true,
    border: { display: false },
    grid: { color: () => color('grid'), drawTicks: false },
    ...rest,
    ticks: {
      color: () => color('muted'),
      font: { size: 11, family: fontFamily },
      padding: 6,
      maxTicksLimit: 5,
      ...ticks,
    },
    /** @param {{ width: number }} scale */
    afterFit(scale) {
      scale.width = axisWidth();
    },
  };
}

/**
 * Charts that stand right above one another share the axis of the last one.
 *
 * @param {HTMLElement} box
 */
function isLast(box) {
  return [...(box.closest('.lanes')?.querySelectorAll('.plot') ?? [])].at(-1) === box;
}

/**
 * @param {boolean} labelled
 * @returns {any}
 */
function timeAxis(labelled) {
  return {
    type: 'linear',
    min: clock.from,
    max: clock.to,
    title: {
      display: labelled,
      text: 'minutes:seconds since the start of the run',
      align: 'end',
      color: () => color('muted'),
      font: { size: 10, family: fontFamily },
      padding: 0,
    },
    border: { color: () => color('axis') },
    grid: { color: () => color('grid'), drawTicks: labelled, tickLength: 4, tickColor: () => color('axis') },
    ticks: {
      display: labelled,
      color: () => color('muted'),
      font: { size: 11, family: fontFamily },
      maxRotation: 0,
      autoSkipPadding: 16,
      /** @param {number} value */
      callback: (value) => instantText(value, clock.to - clock.from < 5 ? 1 : 0),
    },
    // On whole steps of a clock; the library would rather divide what is shown into equal parts.
    /** @param {{ min: number, max: number, ticks: { value: number }[], chart: { width: number } }} scale */
    afterBuildTicks(scale) {
      const step = tickStep(scale.chart.width);
      const first = Math.ceil(scale.min / step);
      const last = Math.floor(scale.max / step + 1e-9);
      scale.ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => ({
        value: Number(((first + index) * step).toFixed(3)),
      }));
    },
    // Room for the outermost labels would move the axis away from those of the other charts.
    /** @param {{ paddingLeft: number, paddingRight: number }} scale */
    afterFit(scale) {
      scale.paddingLeft = 0;
      scale.paddingRight = 0;
    },
  };
}

/** @param {Plot} plot */
function showWindow(plot) {
  const axis = /** @type {any} */ (plot.chart.options.scales?.['x']);
  axis.min = clock.from;
  axis.max = clock.to;
  plot.chart.update('none');
  tellWindow(plot);
}

/** @param {Plot} plot */
function tellWindow(plot) {
  plot.box.setAttribute('aria-valuemin', clock.from.toFixed(1));
  plot.box.setAttribute('aria-valuemax', clock.to.toFixed(1));
  showCursor(plot);
}

/**
 * Seconds between ticks that people find on a clock.
 *
 * @param {number} width Pixels.
 */
function tickStep(width) {
  const atLeast = (clock.to - clock.from) / Math.max(2, width / 90);
  return (
    [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].find(
      (step) => step >= atLeast,
    ) ?? 7200
  );
}

/** @param {Plot} plot */
function showCursor({ chart, box, describe }) {
  const line = /** @type {HTMLElement} */ (box.querySelector('.cursor'));
  const at = clock.cursor;
  const x = at === null ? NaN : (chart.scales['x']?.getPixelForValue(at) ?? NaN);
  const { left, right, top, bottom } = chart.chartArea;
  const visible = x >= left - 0.5 && x <= right + 0.5;
  line.hidden = !visible;
  box.setAttribute('aria-valuenow', (at ?? clock.from).toFixed(1));
  box.setAttribute('aria-valuetext', at === null ? 'no instant chosen' : `${instantText(at)}: ${describe()}`);
  if (!visible || at === null) return;
  line.dataset['time'] = instantText(at);
  line.classList.toggle('end', x > (left + right) / 2);
  line.style.transform = `translateX(${x}px)`;
  line.style.top = `${top}px`;
  line.style.height = `${bottom - top}px`;
}

/** @param {Plot} plot */
function listen({ box, chart }) {
  /** @param {PointerEvent} event */
  const timeOf = (event) => {
    const { left, right } = chart.chartArea;
    const x = Math.min(Math.max(event.clientX - chart.canvas.getBoundingClientRect().left, left), right);
    return chart.scales['x']?.getValueForPixel(x) ?? 0;
  };
  const selection = /** @type {HTMLElement} */ (box.querySelector('.selection'));
  /** @type {number | null} */
  let dragFrom = null;
  const drawSelection = (/** @type {number} */ to) => {
    const pixel = (/** @type {number} */ t) => chart.scales['x']?.getPixelForValue(t) ?? 0;
    const [a, b] = [pixel(dragFrom ?? to), pixel(to)].sort((m, n) => m - n);
    selection.style.left = `${a}px`;
    selection.style.width = `${(b ?? 0) - (a ?? 0)}px`;
    selection.style.top = `${chart.chartArea.top}px`;
    selection.style.height = `${chart.chartArea.bottom - chart.chartArea.top}px`;
    selection.classList.toggle('on', (b ?? 0) - (a ?? 0) > 3);
  };
  const endDrag = () => {
    dragFrom = null;
    selection.classList.remove('on');
  };
  box.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    dragFrom = timeOf(event);
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener('pointermove', (event) => {
    const t = timeOf(event);
    pointAt(t);
    if (dragFrom !== null) drawSelection(t);
  });
  box.addEventListener('pointerup', (event) => {
    const to = timeOf(event);
    const from = dragFrom;
    const wide = selection.classList.contains('on');
    endDrag();
    if (from !== null && wide) showSeconds(Math.min(from, to), Math.max(from, to));
  });
  box.addEventListener('pointercancel', endDrag);
  box.addEventListener('pointerleave', () => {
    if (dragFrom === null && document.activeElement !== box) pointAt(null);
  });
  box.addEventListener('dblclick', showAll);
  box.addEventListener('keydown', onKey);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = clock.cursor ?? clock.from;
  const width = clock.to - clock.from;
  const step = width < 5 ? 0.1 : Math.max(1, Math.round(width / 900));
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: () => moveCursor(at - step * (event.shiftKey ? 10 : 1)),
    ArrowRight: () => moveCursor(at + step * (event.shiftKey ? 10 : 1)),
    PageUp: () => moveCursor(at - width / 10),
    PageDown: () => moveCursor(at + width / 10),
    Home: () => moveCursor(clock.from),
    End: () => moveCursor(clock.to),
    '+': () => zoomBy(0.5),
    '=': () => zoomBy(0.5),
    '-': () => zoomBy(2),
    Escape: showAll,
    0: showAll,
  };
  const act = keys[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
}

/** Draws all charts anew, for another theme or another width. */
export function redrawAll() {
  for (const { chart } of plots) chart.update('none');
}

/** The length of the run, for those that draw to its end. */
export const endS = data.durationS;
