/** The answer to one question about this machine. */
export interface Requirement {
  name: string;
  state: 'ok' | 'warning' | 'failed';
  /** What was found. */
  detail: string;
  /** What to do where it is not ok. */
  hint?: string;
}
