import type { Outcome } from '../../journal/index.ts';
import type { Connection } from './connection.ts';
import type { SecondRecord } from './second-record.ts';
import type { Value } from './values.ts';

/** Somebody whose requests follow from each other: a session, or a user of the closed model. */
export interface Visitor {
  readonly index: number;
  /** Which step comes next or is under way. */
  readonly step: number;
  /** What was kept of answers; emptied when a new visit begins. */
  readonly saved: Map<string, Value>;
  /** A user has a connection of their own. */
  readonly isUser: boolean;
  /** The connection last used. */
  connection: Connection | null;
  /** The request under way got its outcome: counts a session that ends with it, while its second is still open. */
  concluded(outcome: Outcome, second: SecondRecord): void;
  /** Goes on after the outcome was entered: what follows may be sent at once. */
  ended(outcome: Outcome, nowMs: number): void;
}

/** One scheduled arrival. */
export interface Arrival {
  index: number;
  /** Whose request it is; null for arrivals that stand alone. */
  visitor: Visitor | null;
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
