/** How a generator in a pod and the harness talk: it is asked over HTTP, and tells what it measured in its log. */
import { deserialize, serialize } from 'node:v8';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { TrafficEnd, TrafficSecond, Unstamped } from '../../journal/index.ts';
import type { TrafficTick } from '../engine.ts';
import type { TrafficPlan } from '../plan.ts';

/** What a generator is started with; the same for all of them. */
export interface RemoteInput {
  plan: TrafficPlan;
  seed: number;
  goodResponseMs: number | null;
  /** How many generators share the schedule. */
  of: number;
  /** Where the traffic goes: a URL, or a Service whose address the pod's environment names. */
  target: { url: string } | { service: string; tls: boolean };
}

/** A line of a generator's log. `seq` counts from 0, so that a line that was lost is missed. */
export type RemoteLine = { seq: number } & (
  | { kind: 'second'; second: Unstamped<TrafficSecond> & { t: number } }
  | { kind: 'tick'; tick: TrafficTick }
  | { kind: 'end'; end: Unstamped<TrafficEnd> & { t: number } }
  | { kind: 'failed'; message: string }
);

/** A container's environment takes no longer values (Linux: 128 KiB each). */
const chunkLength = 100_000;
const chunkPrefix = 'OPENBELL_TRAFFIC_';

/** The input as environment variables. */
export function toEnvironment(input: RemoteInput): Record<string, string> {
  const text = gzipSync(serialize(input)).toString('base64');
  const chunks = Math.ceil(text.length / chunkLength);
  return Object.fromEntries(
    Array.from({ length: chunks }, (_, n) => [
      `${chunkPrefix}${n}`,
      text.slice(n * chunkLength, (n + 1) * chunkLength),
    ]),
  );
}

/** The input that {@link toEnvironment} wrote. @throws {TypeError} when there is none. */
export function fromEnvironment(env: Record<string, string | undefined>): RemoteInput {
  let text = '';
  for (let n = 0; ; n += 1) {
    const chunk = env[`${chunkPrefix}${n}`];
    if (chunk === undefined) break;
    text += chunk;
  }
  if (text === '') throw new TypeError(`expected the traffic's plan in ${chunkPrefix}0, got nothing`);
  return deserialize(gunzipSync(Buffer.from(text, 'base64'))) as RemoteInput;
}

/** Port on which a generator is asked. */
export const controlPort = 8080;

/** What a generator is asked. Instants are of its own `monotonicMs()`. */
export const paths = {
  /** Answers with what its clock says, and whether it is ready to start. */
  clock: '/clock',
  /** Fixes the run's origin; it then gets ready to start. */
  prepare: (originMs: number) => `/prepare?origin=${originMs}`,
  /** Fixes the instant of schedule time zero. */
  start: (startAtMs: number) => `/start?at=${startAtMs}`,
  stop: '/stop',
} as const;
