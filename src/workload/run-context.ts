/** On every object that a run creates, and on its pods; the value is the run's id. */
export const runLabel = 'openbell.dev/run';

/** Which run the objects are for. */
export interface RunContext {
  namespace: string;
  runId: string;
}
