/** Open-model HTTP load: rate shapes, the pacer, connections, outcomes. */
export type * from './plan.ts';
export type * from './engine.ts';
export { startTraffic } from './start.ts';
export { offeredPerSecond, phaseStarts, scheduleOf, totalDurationMs, type Schedule } from './schedule.ts';
export { describeShape } from './shapes.ts';
export { mergeSeconds } from './merge.ts';
