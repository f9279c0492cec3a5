/** The client of a real API server: connect, apply, watch, wait. */
export type * from './objects.ts';
export { kinds, type Kind } from './kinds.ts';
export { isNotFound } from './errors.ts';
export { preload } from './transport.ts';
