/** Faults: each is selected, injected, proven to have landed, journaled and undone. */
export * from './spec.ts';
