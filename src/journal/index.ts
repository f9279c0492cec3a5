/** The append-only record of a run: typed events, their writer and their reader. */
export * from './events.ts';
export { openJournal, type Journal, type JournalObserver, type JournalOrigin } from './writer.ts';
export { parseJournal, readJournal, scanJournal, type ParsedJournal } from './reader.ts';
export { targetInWords } from './target-in-words.ts';
