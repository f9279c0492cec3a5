import type { Chart as ChartClass } from 'chart.js';
import 'chartjs-plugin-annotation';

declare global {
  /** Chart.js, inlined before the page's own script; the annotation plugin registers itself. */
  const Chart: typeof ChartClass;
}
