/** What matters most in a run, what to change, and how far to believe it. */
import type { Statement } from './statement.ts';

/** A finding that matters, in one sentence with its numbers. */
export interface Headline extends Statement {
  kind: 'fault' | 'scaling' | 'unexplained' | 'balance' | 'good';
  /** Id of the fault that it is about; null for others. */
  fault: string | null;
  /** Requests it cost: lost or slow. The ranking follows it. */
  cost: number;
}

/** Something to change, and what it would have bought. */
export interface Recommendation extends Statement {
  /** What to change, as half a sentence. */
  change: string;
  /** Which finding it answers: a fault's id, or `scaling`. */
  answers: string;
  /** What it would have bought, computed: requests not lost or slow, and ms of bad service; null where that is not known. */
  gain: { requests: number | null; ms: number | null };
  /** What the gain is computed from. */
  basis: string;
}

/** How far the figures may be believed. */
export interface TrustFinding {
  level: 'trusted' | 'doubtful' | 'untrusted';
  /** The level in one sentence. */
  sentence: string;
  /** What lowers the trust without taking it away, each as a sentence. */
  doubts: string[];
}
