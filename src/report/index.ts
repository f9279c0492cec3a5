/** Findings as HTML, JSON and text; pure functions. */
export { resultOf } from './result.ts';
export type { Result } from './result-schema.ts';
export { summaryOf, type SummaryOptions } from './summary.ts';
export { renderReport } from './html/report.ts';
