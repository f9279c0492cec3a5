/** What traffic is asked for: values only. The scenario file's schema produces them. */

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
  | { kind: 'replay'; points: { atMs: number; rate: number }[] };

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
  /** Path and query, starting with `/`. */
  path: string;
  headers: Record<string, string>;
  body: string | null;
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
}
