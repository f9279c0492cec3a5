/** Pure functions from a journal's events to findings. */
export * from './findings.ts';
