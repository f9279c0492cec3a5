/** The four lanes: load, latency, pods, nodes. */

import { clock, data } from './clock.js';
import { createPlot, endS, verticalAxis } from './plot.js';
import { color, fontFamily } from './theme.js';
import { series, steps, valueAt } from './values.js';

/** @import { Series } from './values.js' */

const dashed = new Set(['desired', 'total']);
const bold = new Set(['p99', 'offered', 'in-rotation']);
/** @param {number} value */
const whole = (value) => (Number.isInteger(value) ? value : null);

/** Draws the four lanes, as far as the run has data for them. */
export function createLanes() {
  load();
  latency();
  stepped('pods');
  stepped('nodes');
}

function load() {
  const all = series['load'] ?? [];
  const failures = all.filter(isFailure);
  const failed = failures.length > 0;
  const mostFailed = Math.max(
    1,
    ...data.load.t.map((_, index) => failures.reduce((sum, of) => sum + (of.values[index] ?? 0), 0)),
  );
  const end = endOf(data.load.t, data.load.binS);
  createPlot({
    name: 'load',
    type: 'line',
    labelRows: 2,
    datasets: all.map((of, index) => ({
      ...lineOrArea(of, end),
      yAxisID: isFailure(of) ? 'yFailed' : 'y',
      stack: of.key === 'offered' ? 'offered' : 'outcomes',
      order: of.key === 'offered' ? 0 : 1,
      ...(isFailure(of) && {
        backgroundColor: () => color(of.color),
        borderWidth: 0,
        fill: all[index - 1]?.key === 'ok' ? 'origin' : '-1',
      }),
    })),
    scales: {
      y: verticalAxis({ stack: 'load', stackWeight: failed ? 5 : 1, weight: 1, title: title('requests/s') }),
      ...(failed && {
        yFailed: verticalAxis({
          stack: 'load',
          stackWeight: 2,
          offset: false,
          stacked: true,
          // A tick at the very top would stand on the lane above.
          max: mostFailed * 1.6,
          title: title('failed/s'),
          /** @param {{ ticks: { value: number }[] }} scale */
          afterBuildTicks(scale) {
            scale.ticks = [{ value: 0 }, { value: roundBelow(mostFailed) }];
          },
        }),
      }),
    },
    describe: () => describe(all),
  });
}

/** @param {Series} of */
function isFailure(of) {
  return of.key !== 'offered' && of.key !== 'ok';
}

function latency() {
  const all = series['latency'] ?? [];
  const values = all.flatMap((of) => of.values).filter((value) => value !== null && value > 0);
  const least = values.reduce((a, b) => Math.min(a ?? Infinity, b ?? Infinity), Infinity) ?? 1;
  const most = values.reduce((a, b) => Math.max(a ?? 0, b ?? 0), 0) ?? 1;
  const logarithmic = values.length > 0 && most / least > 30;
  const { goodMs } = data.load;
  const bottom = logarithmic ? roundBelow(least) : 0;
  const top = logarithmic
    ? Math.max(most, goodMs ?? 0) * 1.6
    : goodMs !== null && goodMs < most * 2
      ? goodMs * 1.1
      : most * 1.15;
  createPlot({
    name: 'latency',
    type: 'line',
    datasets: all.map((of) => lineOrArea(of, endOf(data.load.t, data.load.binS))),
    scales: {
      y: verticalAxis({
        title: title(logarithmic ? 'ms, logarithmic' : 'ms'),
        ...(logarithmic && {
          type: 'logarithmic',
          min: bottom,
          max: top,
          ticks: {
            /** @param {number} value */
            callback: (value) =>
              /^[125]/.test(String(Number(value.toPrecision(1)))) && isRound(value)
                ? value.toLocaleString('en-US')
                : null,
            maxTicksLimit: 12,
          },
        }),
        ...(!logarithmic && { suggestedMax: top }),
      }),
    },
    annotations:
      goodMs === null
        ? {}
        : {
            good: {
              type: 'line',
              scaleID: 'y',
              value: goodMs,
              borderColor: () => color('ink', 0.6),
              borderWidth: 1,
              borderDash: [2, 3],
              adjustScaleRange: false,
              label: {
                display: true,
                content: `good ≤ ${goodMs.toLocaleString('en-US')} ms`,
                position: 'start',
                // Near the upper edge there is no room but below the line.
                yAdjust: shareAbove(goodMs) < 0.3 ? 9 : -9,
                padding: 2,
                color: () => color('ink'),
                backgroundColor: () => color('surface', 0.8),
                font: { size: 10.5, weight: 'normal', family: fontFamily },
              },
            },
          },
    describe: () => describe(all),
  });

  /**
   * How much of the chart's height lies above a value.
   *
   * @param {number} ms
   */
  function shareAbove(ms) {
    const highest = Math.max(top, most);
    return logarithmic ? Math.log(highest / ms) / Math.log(highest / bottom) : 1 - ms / highest;
  }
}

/** @param {'pods' | 'nodes'} name */
function stepped(name) {
  const all = series[name] ?? [];
  const most = Math.max(1, ...all.flatMap((of) => of.values.map((value) => value ?? 0)));
  createPlot({
    name,
    type: 'line',
    datasets: all.map((of) => lineOrArea(of, endS)),
    scales: {
      y: verticalAxis({
        max: most + Math.max(0.4, most * 0.06),
        title: title(name),
        ticks: {
          callback: whole,
          precision: 0,
          includeBounds: false,
          maxTicksLimit: 6,
          ...(most <= 5 && { stepSize: 1 }),
        },
      }),
    },
    describe: () => describe(all),
  });
}

/**
 * A step line in the series' own look.
 *
 * @param {Series} of
 * @param {number} end
 */
export function lineOrArea(of, end) {
  const area = of.shape === 'area';
  return {
    label: of.label,
    data: steps(of.t, of.values, end),
    parsing: false,
    stepped: 'before',
    yAxisID: 'y',
    borderColor: () => color(of.color),
    backgroundColor: () => color(of.color, area ? 0.34 : 1),
    borderWidth: bold.has(of.key) ? 1.8 : area ? 1 : 1.4,
    borderDash: dashed.has(of.key) ? [5, 3] : [],
    fill: area ? 'origin' : false,
    pointRadius: 0,
    // Fixed colours, though no point is ever seen: the library would ask the functions above for each point.
    pointBackgroundColor: 'transparent',
    pointBorderColor: 'transparent',
    order: area ? 2 : 1,
  };
}

/**
 * The series' values at the cursor in words.
 *
 * @param {Series[]} all
 */
export function describe(all) {
  const at = clock.cursor;
  if (at === null) return '';
  const said = all.map((of) => {
    const value = valueAt(of, at);
    return `${of.label} ${value === null ? 'nothing' : of.format(value)}`;
  });
  return said.join(', ');
}

/** @param {string} text */
export function title(text) {
  return {
    display: true,
    text,
    color: () => color('muted'),
    font: { size: 11, family: fontFamily },
    padding: 0,
  };
}

/**
 * Where the last value ends.
 *
 * @param {number[]} t
 * @param {number} binS
 */
export function endOf(t, binS) {
  return Math.min((t.at(-1) ?? 0) + binS, endS);
}

/**
 * The next lower of 1, 2, 5, 10, 20 …
 *
 * @param {number} value Above 0.
 */
function roundBelow(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([5, 2, 1].find((factor) => factor * power <= value) ?? 1) * power;
}

/** @param {number} value */
function isRound(value) {
  return Math.abs(Number(value.toPrecision(1)) - value) < value * 1e-6;
}
