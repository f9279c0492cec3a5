/** Findings as HTML, JSON and text; pure functions. */
export { renderReport } from './html/report.ts';
