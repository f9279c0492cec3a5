/** Drawings of one measure over many runs: strip plot with box and interval, and distribution function below it. */
import type { MeasureFinding, Trial } from '../../analysis/index.ts';
import { html, type Markup } from '../html/markup.ts';
import { axisOver, intervalText, valueText, type Axis } from './axis.ts';
import { distributionGrid, distributionPath, type DistributionFrame } from './distribution.ts';
import { titleOf } from './words.ts';

const width = 360;
const plot = { from: 34, to: 352 };
const strip = { top: 4, bottom: 52 };
const height = 168;
const steps: DistributionFrame = {
  ...plot,
  gridTop: strip.top,
  top: 64,
  bottom: 148,
  labels: height - 6,
  shares: [0, 0.5, 1],
};

/** The figure of a measure that has values. */
export function measureFigure(finding: MeasureFinding, used: readonly Trial[]): Markup | '' {
  const { summary, name, unit, missing } = finding;
  if (summary === null) return '';
  const points = used.flatMap(({ number, values }) => {
    const value = values[name]?.value ?? null;
    return value === null ? [] : [{ number, value }];
  });
  const axis = axisOver(
    points.map(({ value }) => value),
    plot,
  );
  const interval = summary.interval === null ? '' : ` ${intervalText(summary.interval, unit)}`;
  const without = missing.length === 0 ? '' : `, not known in ${missing.length}`;
  return html`<figure class="drawing" id="measure-${name.replaceAll(/[^\w-]/g, '-')}">
    <figcaption>
      <strong>${titleOf(finding)}: ${valueText(summary.median, unit)}${interval}</strong>
      <span class="aside"
        >quartiles ${valueText(summary.q1, unit)} and ${valueText(summary.q3, unit)}, from
        ${valueText(summary.min, unit)} to ${valueText(summary.max, unit)} in ${summary.n}
        trials${without}</span
      >
    </figcaption>
    <svg
      viewBox="0 0 ${width} ${height}"
      role="img"
      aria-label="${titleOf(finding)} in each trial, and its distribution"
    >
      ${distributionGrid(axis, unit, steps)} ${box(summary, axis)}
      ${points.map(
        ({ number, value }) =>
          html`<circle class="dot" cx="${axis.at(value)}" cy="${rowOf(number)}" r="3.2"
            ><title>Trial ${number}: ${valueText(value, unit)}</title></circle
          >`,
      )}
      <path
        class="step"
        d="${distributionPath(
          points.map(({ value }) => value),
          axis,
          steps,
        )}"
      />
    </svg>
  </figure>`;
}

function box({ q1, median, q3, interval }: NonNullable<MeasureFinding['summary']>, axis: Axis): Markup {
  const tall = strip.bottom - strip.top;
  const rect = (className: string, from: number, to: number, inset: number): Markup =>
    html`<rect
      class="${className}"
      x="${axis.at(from)}"
      y="${strip.top + inset}"
      width="${Math.max(0.5, Math.round((axis.at(to) - axis.at(from)) * 10) / 10)}"
      height="${tall - 2 * inset}"
    />`;
  return html`${rect('box', q1, q3, 3)}${interval === null ? '' : rect('interval', interval.low, interval.high, 0)}<line
      class="median"
      x1="${axis.at(median)}"
      x2="${axis.at(median)}"
      y1="${strip.top}"
      y2="${strip.bottom}"
    />`;
}

/** Dots of neighbouring trials lie on different rows, so that equal values stay apart. */
function rowOf(trial: number): number {
  const rows = 5;
  const gap = (strip.bottom - strip.top - 12) / (rows - 1);
  return Math.round((strip.top + 6 + ((trial * 2) % rows) * gap) * 10) / 10;
}
