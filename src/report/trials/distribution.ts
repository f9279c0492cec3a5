/** A measure's distribution functions on an axis of shares, below whatever else is drawn over the same values. */
import { ecdf, type MetricUnit } from '../../analysis/index.ts';
import { html, type Markup } from '../html/markup.ts';
import { tickTexts, type Axis } from './axis.ts';

/** Where distributions are drawn, in pixels. */
export interface DistributionFrame {
  /** Left and right end of the plot. */
  from: number;
  to: number;
  /** Where the gridlines begin; they end at share 0. */
  gridTop: number;
  /** Where shares 1 and 0 lie. */
  top: number;
  bottom: number;
  /** Foot of the values' labels. */
  labels: number;
  /** Shares with a line and a label. */
  shares: readonly number[];
}

/** Upright lines with values, level ones with shares. */
export function distributionGrid(axis: Axis, unit: MetricUnit, frame: DistributionFrame): Markup {
  const { from, to, gridTop, bottom, labels, shares } = frame;
  const level = shareScale(frame);
  const texts = tickTexts(axis.ticks, unit);
  return html`${axis.ticks.map(
    (tick, index) =>
      html`<line
          class="gridline"
          x1="${axis.at(tick)}"
          x2="${axis.at(tick)}"
          y1="${gridTop}"
          y2="${bottom}"
        /><text class="middle" x="${axis.at(tick)}" y="${labels}">${texts[index]}</text>`,
  )}
  ${shares.map(
    (share) =>
      html`<line class="axis" x1="${from}" x2="${to}" y1="${level(share)}" y2="${level(share)}" /><text
          class="end"
          x="${from - 5}"
          y="${level(share) + 3.5}"
          >${share * 100} %</text
        >`,
  )}`;
}

/** The share of the values that are at most so large, as the data of a path. */
export function distributionPath(values: readonly number[], axis: Axis, frame: DistributionFrame): string {
  const level = shareScale(frame);
  const steps = ecdf(values).map(({ value, share }) => `H${axis.at(value)}V${level(share)}`);
  return `M${frame.from} ${level(0)}${steps.join('')}H${frame.to}`;
}

function shareScale({ top, bottom }: DistributionFrame): (share: number) => number {
  return (share) => Math.round((bottom - share * (bottom - top)) * 10) / 10;
}
