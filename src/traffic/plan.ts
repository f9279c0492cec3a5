/** What traffic is asked for: values only. The scenario file's schema produces them. */
import type { AnswerCheck } from './answer-rule.ts';

/** How the arrival rate runs over a phase. Rates are arrivals per second, instants relative to the phase's start. */
export type RateShape =
  | { kind: 'constant'; rate: number }
  | { kind: 'ramp'; from: number; to: number }
  /** `steps` equal stairs from `from` to `to`, both included. */
  | { kind: 'step'; from: number; to: number; steps: number }
  /** `base`, with a triangle up to `peak` at `atMs` whose foot is `widthMs` wide. */
  | { kind: 'spike'; base: number; peak: number; atMs: number; widthMs: number }
  | { kind: 'sine'; mean: number; amplitude: number; periodMs: number }
  /** Linear between the points; the last rate holds until the phase ends. */
  | { kind: 'replay'; points: { atMs: number; rate: number }[] }
  /** Each arrival at its recorded instant, rising; those after the phase's end are left out. */
  | { kind: 'arrivals'; atMs: number[] }
  /** No rate: so many users, each of whom acts again when answered (closed model). A plan has this in all phases or in none. */
  | { kind: 'users'; users: number };

export interface Phase {
  name: string;
  durationMs: number;
  rate: RateShape;
}

/** One kind of request in the mix. */
export interface RequestSpec {
  name: string;
  /** Share of the mix: weight ÷ sum of weights. */
  weight: number;
  method: string;
  /** Path and query, starting with `/`; `${name}` stands for a variable here, in headers' values and in a text body. */
  path: string;
  headers: Record<string, string>;
  /** Text may contain variables; bytes are sent as they are. */
  body: string | Uint8Array | null;
  /** In `json` a text that is nothing but a variable becomes its value, and other values are escaped. */
  bodyFormat?: 'text' | 'json';
  /** What the answer must be; without a check on its status, 200 to 399 is well. */
  checks?: AnswerCheck[];
  /** What is kept of the answer for the later steps of the session, as a variable of that name. */
  saves?: Save[];
  /** As a step of a session: the pause before it. */
  think?: ThinkTime;
}

/** A value of an answer that its session keeps. */
export interface Save {
  variable: string;
  from: { of: 'header'; name: string } | { of: 'json'; path: (string | number)[] };
}

/** A pause, drawn evenly from a range. */
export interface ThinkTime {
  fromMs: number;
  toMs: number;
}

/** What requests may differ in. Values follow from the seed and the arrival's index. */
export type Variable =
  /** Whole numbers from `from` on, one for each arrival; after `to` again from `from`. */
  | { kind: 'sequence'; from: number; to: number | null }
  /** One of the values, drawn. */
  | { kind: 'random'; values: (string | number)[] }
  /** The cells of a row, as `<name>.<column>`: row after row and again from the first, or drawn. */
  | { kind: 'csv'; columns: string[]; rows: (string | number)[][]; order: 'sequence' | 'random' };

/** Who the requests come from. Environment variables are named and never their values, which nothing may write down. */
export type Auth =
  | { kind: 'basic'; userEnv: string; passwordEnv: string }
  | { kind: 'bearer'; tokenEnv: string };

/** How HTTPS is spoken. Certificates and the key in PEM. */
export interface TlsSettings {
  /** Whom to trust; null trusts whom Node.js trusts. */
  ca: string | null;
  /** Client certificate and its key; both or none. */
  cert: string | null;
  key: string | null;
  /** The name that the target's certificate must have; null takes the target's own. */
  serverName: string | null;
  /** Whether the target's certificate is checked. */
  verify: boolean;
}

/** When a connection is given up and opened anew. */
export type ConnectionPolicy =
  /** Connections stay open as long as the server lets them. */
  | { kind: 'keep' }
  /** A connection is closed after this many requests. */
  | { kind: 'every'; requests: number }
  /** One connection per request. */
  | { kind: 'perRequest' };

export interface TrafficPlan {
  phases: Phase[];
  requests: RequestSpec[];
  /** The most connections that may be open at once; an arrival that finds none free is `dropped`. */
  connections: number;
  /** From send to complete answer. */
  timeoutMs: number;
  connectionPolicy: ConnectionPolicy;
  variables?: Record<string, Variable>;
  auth?: Auth;
  /** Present where the traffic is HTTPS. */
  tls?: TlsSettings;
  /**
   * Present where the requests are the steps of a session, each sent when the one before was answered well: arrivals (or
   * users) begin sessions, and weights mean nothing.
   */
  session?: { cookies: boolean };
  /** In the closed model: a user's pause between two visits. */
  think?: ThinkTime;
}
