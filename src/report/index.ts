/** Findings as HTML, JSON, Markdown, JUnit XML and text; pure functions. */
export { resultOf } from './result.ts';
export { resultSchema, type Result } from './result-schema.ts';
export { summaryOf, type SummaryOptions } from './summary.ts';
export { renderReport } from './html/report.ts';
export {
  renderIndex,
  type IndexedComparison,
  type IndexedRun,
  type IndexedTrials,
} from './html/index-page.ts';
export { renderMarkdown } from './markdown.ts';
export { renderJunit } from './junit.ts';
export { renderTrials, type AboutTrials } from './trials/trials-page.ts';
export { trialsResultOf } from './trials/trials-result.ts';
export { trialsSchema, type TrialsResult } from './trials/trials-schema.ts';
export { trialsSummaryOf, type TrialsSummaryOptions } from './trials/trials-summary.ts';
export { renderComparison } from './compare/compare-page.ts';
export { comparisonResultOf } from './compare/compare-result.ts';
export { comparisonSummaryOf, type ComparisonSummaryOptions } from './compare/compare-summary.ts';
export * from './export/index.ts';
