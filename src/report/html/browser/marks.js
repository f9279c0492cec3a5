/** Phases, faults, decisions and spoiled seconds, on every chart at the same instants. */

import { clock, data } from './clock.js';
import { color, fontFamily, hatch } from './theme.js';

/** @import { Plugin, Chart as ChartType } from 'chart.js' */
/** @import { PageMark } from '../marks.ts' */

/** Lines of each kind differ in their dashes as well as in colour. */
const dashes = { phase: [1, 3], fault: [], undone: [2, 2], scaling: [5, 3], node: [8, 3, 2, 3] };
/** Who gets a label first when there is no room for all. */
const priority = { fault: 0, scaling: 1, node: 2, undone: 3, phase: 4 };
/** More lines than these would hide the data; then the less important go. */
const mostLines = 150;

const rowHeight = 15;
/** Above so many lines of one kind they are drawn more faintly, lest they hide the data. */
const mostBold = 20;

/** The marks that are drawn, most important first. */
const drawn = [...data.marks].sort((a, b) => priority[a.kind] - priority[b.kind]).slice(0, mostLines);
const phases = data.marks.filter((mark) => mark.kind === 'phase');
const events = drawn.filter((mark) => mark.kind !== 'phase');

/**
 * Lines for marks and hatching for spoiled seconds, as annotations that every chart shows.
 *
 * @returns {Record<string, object>} Options of chartjs-plugin-annotation, by name.
 */
export function markAnnotations() {
  /** @type {Record<string, object>} */
  const annotations = {};
  for (const [index, mark] of drawn.entries()) {
    annotations[`mark${index}`] = {
      type: 'line',
      scaleID: 'x',
      value: mark.t,
      borderColor: () => color(`mark-${mark.kind}`, events.length > mostBold ? 0.4 : 0.8),
      borderWidth: mark.kind === 'fault' && events.length <= mostBold ? 1.6 : 1,
      borderDash: dashes[mark.kind],
      adjustScaleRange: false,
    };
  }
  for (const [index, [from, to]] of data.saturated.entries()) {
    annotations[`saturated${index}`] = {
      type: 'box',
      xScaleID: 'x',
      xMin: from,
      xMax: to,
      backgroundColor: () => /** @type {string} */ (hatch('saturated')),
      borderWidth: 0,
      adjustScaleRange: false,
      drawTime: 'beforeDatasetsDraw',
    };
  }
  return annotations;
}

/**
 * Room above the chart for the marks' labels, in pixels.
 *
 * @param {number} rows Rows of labels for events; none without any.
 */
export function labelRoom(rows) {
  return rows === 0
    ? 6
    : (phases.length > 0 ? rowHeight : 0) + (events.length > 0 ? rowHeight * rows : 0) + 6;
}

/**
 * Labels above the chart: phases in a row of their own, events in the rows below it, each at its line. A label that has no
 * room is shortened, then left out; zooming in makes room.
 *
 * @param {number} rows Rows of labels for events.
 * @returns {Plugin}
 */
export function markLabels(rows) {
  return {
    id: 'mark-labels',
    afterDraw(chart) {
      if (rows === 0) return;
      const { ctx } = chart;
      ctx.save();
      ctx.textBaseline = 'middle';
      ctx.font = `11px ${fontFamily}`;
      drawPhases(chart);
      ctx.font = `600 10.5px ${fontFamily}`;
      drawEvents(chart, rows);
      ctx.restore();
    },
  };
}

/**
 * Phases stand in the uppermost row, each from its line on. The name of a short phase may reach into the next one where
 * that leaves room for both.
 *
 * @param {ChartType} chart
 */
function drawPhases({ ctx, chartArea, scales }) {
  ctx.textAlign = 'left';
  ctx.fillStyle = color('muted');
  ctx.strokeStyle = color('mark-phase');
  ctx.lineWidth = 1;
  let free = chartArea.left;
  for (const [index, mark] of phases.entries()) {
    const end = phases[index + 1]?.t ?? data.durationS;
    if (end <= clock.from || mark.t >= clock.to) continue;
    const line = at(scales, mark.t);
    const left = Math.max(line + 4, free + 8);
    const next = phases[index + 1];
    const room = Math.min(at(scales, end), chartArea.right) - left - 4;
    const nextRoom =
      next === undefined ? 0 : at(scales, phases[index + 2]?.t ?? data.durationS) - at(scales, end);
    const needed = next === undefined ? 0 : ctx.measureText(next.label).width + 16;
    const text = fitted(
      ctx,
      mark.label,
      Math.min(room + Math.max(0, nextRoom - needed), chartArea.right - left),
    );
    if (line >= chartArea.left) {
      ctx.setLineDash([1, 3]);
      ctx.beginPath();
      ctx.moveTo(line, 2);
      ctx.lineTo(line, chartArea.top);
      ctx.stroke();
      ctx.setLineDash([]);
    }
    if (text === '') continue;
    ctx.fillText(text, left, rowHeight / 2);
    free = left + ctx.measureText(text).width;
  }
}

/**
 * @param {ChartType} chart
 * @param {number} rows
 */
function drawEvents({ ctx, chartArea, scales }, rows) {
  const top = phases.length > 0 ? rowHeight : 0;
  /** @type {[number, number][][]} */
  const taken = Array.from({ length: rows }, () => []);
  ctx.textAlign = 'center';
  for (const mark of events) {
    if (mark.t < clock.from || mark.t > clock.to) continue;
    const line = at(scales, mark.t);
    const place = findPlace(ctx, mark, { line, chartArea, taken });
    if (place === null) continue;
    const { row, left, width, text } = place;
    const y = top + row * rowHeight;
    ctx.strokeStyle = color(`mark-${mark.kind}`);
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(line, y + rowHeight - 2);
    ctx.lineTo(line, chartArea.top);
    ctx.stroke();
    ctx.fillStyle = color(`mark-${mark.kind}`);
    ctx.beginPath();
    ctx.roundRect(left, y + 1, width, rowHeight - 2, 3);
    ctx.fill();
    ctx.fillStyle = color('on-mark');
    ctx.fillText(text, left + width / 2, y + rowHeight / 2 + 0.5);
  }
}

/**
 * The first row in which the label fits, in full or shortened.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {PageMark} mark
 * @param {{ line: number, chartArea: { left: number, right: number }, taken: [number, number][][] }} where
 */
function findPlace(context, mark, { line, chartArea, taken }) {
  const long = mark.short.length > 26 ? `${mark.short.slice(0, 25)}…` : mark.short;
  for (const text of long === mark.code ? [mark.code] : [long, mark.code]) {
    const width = context.measureText(text).width + 8;
    for (const [row, spans] of taken.entries()) {
      // Centred on its line if it can be, else to one side of it.
      for (const wish of [line - width / 2, line - 3, line - width + 3]) {
        const left = Math.min(Math.max(wish, chartArea.left), chartArea.right - width);
        if (!spans.every(([from, to]) => left > to + 2 || left + width < from - 2)) continue;
        if (
          !taken
            .slice(row + 1)
            .every((below) => below.every(([from, to]) => line < from - 1 || line > to + 1))
        )
          continue;
        spans.push([left, left + width]);
        // The stem from an upper row crosses the lower ones: nothing may be put over it later.
        for (const below of taken.slice(row + 1)) below.push([line - 1, line + 1]);
        return { row, left, width, text };
      }
    }
  }
  return null;
}

/**
 * @param {ChartType['scales']} scales
 * @param {number} t
 */
function at(scales, t) {
  return scales['x']?.getPixelForValue(t) ?? 0;
}

/**
 * The text, cut with an ellipsis to the room there is; nothing where that would say nothing.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} room
 */
function fitted(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  for (let length = Math.min(text.length - 1, 60); length >= 3; length -= 1) {
    const cut = `${text.slice(0, length).trimEnd()}…`;
    if (context.measureText(cut).width <= room) return cut;
  }
  return '';
}
