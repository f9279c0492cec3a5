import { duration, instant } from '../format.ts';
import { dash, html, orDash, type Content, type Markup } from '../markup.ts';

/** A step as a row of a waterfall. */
export interface WaterfallRow {
  name: string;
  /** Where the step was read from, or what else stands below its name. */
  beside: string | null;
  /** What the others count from. */
  isOrigin: boolean;
  /** Since the origin, ms; null where the step did not happen. */
  afterMs: number | null;
  /** On the run's clock, ms. */
  atMs: number | null;
  /** Where its bar begins, since the origin. */
  fromMs: number;
  tookMs: number | null;
  longest: boolean;
}

/**
 * A waterfall is chart and table in one: it needs no script, and prints as it is. Narrow windows lay its rows out anew, hence
 * the roles, which browsers otherwise forget.
 */
export function waterfallTable({
  label,
  since,
  totalMs,
  steps,
}: {
  label: string;
  /** Heads the column of times since the origin: `After fault`. */
  since: string;
  totalMs: number;
  steps: readonly WaterfallRow[];
}): Markup {
  return html`<div class="scroll">
    <table class="waterfall" role="table" aria-label="${label}">
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Step</th>
          <th scope="col" role="columnheader" class="bar">
            <span class="axis"
              ><span>0</span><span>${duration(totalMs / 2)}</span><span>${duration(totalMs)}</span></span
            ><span class="sr">Drawn to scale</span>
          </th>
          <th scope="col" role="columnheader" class="num">${since}</th>
          <th scope="col" role="columnheader" class="num">Took</th>
          <th scope="col" role="columnheader" class="num clock">On the clock</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${steps.map(
          (step) =>
            html`<tr role="row" ${step.longest ? html` class="longest"` : ''}>
              <th scope="row" role="rowheader">
                ${step.name}${step.longest ? html` <span class="tag">longest</span>` : ''}${step.beside === null ? '' : html`<span class="aside">${step.beside}</span>`}
              </th>
              <td role="cell" class="bar">${bar(step, totalMs)}</td>
              <td role="cell" class="num">
                ${orDash(step.afterMs, (ms) => `${ms > 0 ? '+' : ''}${duration(ms)}`)}
              </td>
              <td role="cell" class="num">${step.isOrigin ? '' : took(step)}</td>
              <td role="cell" class="num clock">${orDash(step.atMs, instant)}</td>
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

function took({ tookMs }: WaterfallRow): Content {
  if (tookMs === null) return dash();
  return tookMs === 0
    ? html`<span class="none" title="already done when the step before it was">0</span>`
    : duration(tookMs);
}

function bar({ fromMs, afterMs, isOrigin }: WaterfallRow, totalMs: number): Markup {
  const x = (ms: number): string => ((Math.max(0, ms) / Math.max(totalMs, 1)) * 1000).toFixed(1);
  const grid = [250, 500, 750].map((at) => html`<path class="grid" d="M${at} 0V20" />`);
  const drawn =
    afterMs === null
      ? ''
      : html`${afterMs > fromMs ? html`<rect class="span" x="${x(fromMs)}" y="5" width="${x(afterMs - fromMs)}" height="10" />` : ''}<path
            class="at${isOrigin ? ' fault' : ''}"
            d="M${x(afterMs)} 2V18"
          />`;
  return html`<svg viewBox="-4 0 1008 20" preserveAspectRatio="none" aria-hidden="true">
    ${grid}${drawn}
  </svg>`;
}
