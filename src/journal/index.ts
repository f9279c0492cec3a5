/** The append-only record of a run: typed events, their writer and their reader. */
export * from './events.ts';
