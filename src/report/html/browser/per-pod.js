/** Who served what and who holds the connections: stacked by pod. */

import { data } from './clock.js';
import { describe, endOf, lineOrArea, title } from './lanes.js';
import { createPlot, verticalAxis } from './plot.js';
import { color } from './theme.js';
import { series, valueAt } from './values.js';

const units = { served: 'requests/s', connections: 'connections' };

/**
 * Draws one of the two charts per pod.
 *
 * @param {'served' | 'connections'} name
 */
export function createPerPod(name) {
  const all = series[name] ?? [];
  createPlot({
    name,
    type: 'line',
    datasets: all.map((of, index) => ({
      ...lineOrArea(of, endOf(data.perPod.t, data.perPod.binS)),
      stack: 'pods',
      fill: index === 0 ? 'origin' : '-1',
      backgroundColor: () => color(of.color, 0.85),
      borderColor: () => color('surface'),
      borderWidth: all.length > 40 ? 0.3 : 0.8,
    })),
    scales: { y: verticalAxis({ stacked: true, title: title(units[name]) }) },
    describe: () => {
      const at = all.filter((of) => (valueAt(of, cursorOr()) ?? 0) > 0);
      return at.length === 0 ? 'nothing' : describe(at.slice(0, 12));
    },
  });
}

function cursorOr() {
  return Number(document.querySelector('.plot')?.getAttribute('aria-valuenow') ?? 0);
}
