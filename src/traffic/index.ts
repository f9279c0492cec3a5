/** Open-model HTTP load: rate shapes, the pacer, connections, outcomes. */
export type * from './plan.ts';
export type * from './engine.ts';
