/** Faults: each is selected, injected, proven to have landed, journaled and undone. */
export * from './spec.ts';
export { whyUnsupported } from './catalogue.ts';
export { cordonedAnnotation } from './drain-node.ts';
export { describeFault } from './describe.ts';
export { playFaults, type FaultPlay, type PlayOptions } from './play.ts';
