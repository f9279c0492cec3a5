/** Drawings of two sides: lanes laid over each other, and one measure's distribution on both. */
import {
  usedOf,
  type CombinedLanes,
  type Comparison,
  type Difference,
  type LaneName,
} from '../../analysis/index.ts';
import { count, decimal, duration } from '../html/format.ts';
import { dataTable, html, orDash, type Markup } from '../html/markup.ts';
import { axisOver, intervalText, valueText } from '../trials/axis.ts';
import { distributionGrid, distributionPath, type DistributionFrame } from '../trials/distribution.ts';
import { titleOf } from '../trials/words.ts';

const lanes: Record<LaneName, { title: string; unit: string; format: (value: number) => string }> = {
  offered: { title: 'Offered load', unit: 'requests/s', format: count },
  answered: { title: 'Requests that ended ok', unit: 'requests/s', format: count },
  bad: { title: 'Requests that did not end ok', unit: 'requests/s', format: count },
  p99Ms: { title: 'Response time, p99', unit: 'ok requests', format: duration },
  ready: { title: 'Pods ready', unit: 'pods', format: decimal },
};

const width = 1180;
const plot = { from: 62, to: 1172 };
const height = 152;
const box = { top: 8, bottom: 124 };

/** One lane with both sides: the median of the runs in each second, and the middle half of them. */
export function laneFigure(name: LaneName, { a, b }: Comparison): Markup {
  const { title, unit, format } = lanes[name];
  const sides = [['before', a.lanes] as const, ['after', b.lanes] as const];
  const seconds = Math.max(1, ...sides.map(([, lane]) => lane[name].length));
  const values = sides.flatMap(([, lane]) => lane[name].flatMap((one) => (one === null ? [] : [one.high])));
  const time = axisOver([0, seconds], { ...plot, wanted: 8 });
  const up = axisOver(values.every((value) => value === 0) ? [0, 4] : values, {
    from: box.bottom,
    to: box.top,
    wanted: 4,
    zero: true,
  });
  return html`<figure class="drawing lanes" id="lane-${name}">
    <figcaption><strong>${title}</strong> <span class="aside">${unit}</span></figcaption>
    <div class="scroll" aria-label="${title}, drawn (scrolls)">
      <svg
        viewBox="0 0 ${width} ${height}"
        role="img"
        aria-label="${title} in both, by second of traffic; the table below has the figures"
      >
        ${up.ticks.map(
          (tick) =>
            html`<line
                class="gridline"
                x1="${plot.from}"
                x2="${plot.to}"
                y1="${up.at(tick)}"
                y2="${up.at(tick)}"
              /><text class="end" x="${plot.from - 6}" y="${up.at(tick) + 3.5}">${format(tick)}</text>`,
        )}
        ${time.ticks.map(
          (tick) => html`<text class="middle" x="${time.at(tick)}" y="${height - 12}">${tick} s</text>`,
        )}
        <line class="axis" x1="${plot.from}" x2="${plot.to}" y1="${box.bottom}" y2="${box.bottom}" />
        ${sides.map(
          ([side, lane]) =>
            html`<g class="${side}"
              >${lane.faults.map(
                ({ id, atS }) =>
                  html`<line
                    class="fault"
                    x1="${time.at(atS)}"
                    x2="${time.at(atS)}"
                    y1="${box.top}"
                    y2="${box.bottom}"
                    ><title>${id}</title></line
                  >`,
              )}<path class="band" d="${bandPath(lane[name], time.at, up.at)}" /><path
                class="line"
                d="${linePath(lane[name], time.at, up.at)}"
            /></g>`,
        )}
      </svg>
    </div>
    ${laneTable(name, title, { a: a.lanes, b: b.lanes })}
  </figure>`;
}

type Lane = CombinedLanes[LaneName];
type Scale = (value: number) => number;

/** A line from the middle of second to second; it breaks where there is nothing. */
function linePath(lane: Lane, x: Scale, y: Scale): string {
  let path = '';
  for (const [second, one] of lane.entries()) {
    if (one === null) continue;
    const before = second > 0 ? lane[second - 1] : null;
    path += `${before === null || before === undefined ? 'M' : 'L'}${x(second + 0.5)} ${y(one.median)}`;
  }
  return path;
}

function bandPath(lane: Lane, x: Scale, y: Scale): string {
  return lane
    .flatMap((one, second) => {
      const next = lane[second + 1];
      if (one === null || next === null || next === undefined) return [];
      const [from, to] = [x(second + 0.5), x(second + 1.5)];
      return [`M${from} ${y(one.high)}L${to} ${y(next.high)}V${y(next.low)}L${from} ${y(one.low)}Z`];
    })
    .join('');
}

function laneTable(name: LaneName, title: string, { a, b }: { a: CombinedLanes; b: CombinedLanes }): Markup {
  const length = Math.max(a[name].length, b[name].length);
  const every = Math.ceil(length / 60);
  const cell = (lane: CombinedLanes, second: number) =>
    orDash(lane[name][second]?.median ?? null, (value) => lanes[name].format(value), 'nothing');
  return dataTable(
    `lane-${name}`,
    title.toLowerCase(),
    {
      caption: `${title} by second of traffic, the median of the runs`,
      columns: [
        { head: 'Second', numeric: true },
        { head: 'A', numeric: true },
        { head: 'B', numeric: true },
      ],
      rows: Array.from({ length: Math.ceil(length / every) }, (_, index) => index * every).map((second) => [
        second,
        cell(a, second),
        cell(b, second),
      ]),
      empty: 'No traffic was recorded.',
    },
    every === 1 ? '' : `Every ${every}th second is listed.`,
  );
}

const small = { width: 360, height: 176, from: 34, to: 352 };
const rows = { before: 14, after: 40 };
const steps: DistributionFrame = {
  from: small.from,
  to: small.to,
  gridTop: 2,
  top: 64,
  bottom: 152,
  labels: small.height - 8,
  shares: [0, 1],
};

/** A measure on both sides: a strip for each, and both distributions. */
export function differenceFigure(one: Difference, { a, b }: Comparison): Markup | '' {
  if (one.a === null || one.b === null) return '';
  const valuesOf = ({ set }: Comparison['a']) =>
    usedOf(set.trials).used.flatMap(({ values }) => values[one.name]?.value ?? []);
  const sides = [['before', 'A', valuesOf(a), one.a] as const, ['after', 'B', valuesOf(b), one.b] as const];
  const axis = axisOver(
    sides.flatMap(([, , values]) => values),
    small,
  );
  return html`<figure class="drawing">
    <figcaption>
      <strong>${titleOf(one)}</strong>
      <span class="aside"
        >${sides.map(
          ([, letter, , { median, interval }]) =>
            html`${letter}:
            ${valueText(median, one.unit)}${interval === null ? '' : ` ${intervalText(interval, one.unit)}`}${letter === 'A' ? ', ' : ''}`,
        )}</span
      >
    </figcaption>
    <svg viewBox="0 0 ${small.width} ${small.height}" role="img" aria-label="${titleOf(one)} on both sides">
      ${distributionGrid(axis, one.unit, steps)}
      ${sides.map(
        ([side, letter, values, { median }]) =>
          html`<g class="${side}"
            ><text class="end" x="${small.from - 5}" y="${rows[side] + 3.5}">${letter}</text>${values.map(
              (value, index) =>
                html`<circle
                  class="point"
                  cx="${axis.at(value)}"
                  cy="${rows[side] + ((index % 3) - 1) * 5}"
                  r="3"
                  ><title>${letter}: ${valueText(value, one.unit)}</title></circle
                >`,
            )}<line
              class="line"
              x1="${axis.at(median)}"
              x2="${axis.at(median)}"
              y1="${rows[side] - 11}"
              y2="${rows[side] + 11}" /><path class="line" d="${distributionPath(values, axis, steps)}"
          /></g>`,
      )}
    </svg>
  </figure>`;
}
