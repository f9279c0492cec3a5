import type { SecondRecord } from './second-record.ts';

/** One scheduled arrival. */
export interface Arrival {
  index: number;
  second: SecondRecord;
  dueMs: number;
  nowMs: number;
}

/**
 * The three calls behind which requests travel: fire one, end those past their deadline, close. Every arrival that is
 * fired reaches the ledger exactly once, whatever becomes of its connection.
 */
export interface Transport {
  /** Sends the arrival, or enters it as dropped where all connections are taken. */
  fire(arrival: Arrival): void;
  /** Ends requests whose time-out has passed and connections whose server is about to close them. */
  sweep(nowMs: number): void;
  close(): void;
  /** Requests sent and not yet ended. */
  readonly inFlight: number;
  /** Connections that are established now, and how many were opened and closed so far. */
  readonly connections: { open: number; opened: number; closed: number };
}
