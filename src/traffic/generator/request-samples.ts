import type { TrafficPlan } from '../plan.ts';
import { authorizationOf } from './credentials.ts';
import { weightedMix } from './mix.ts';
import { prepareRequest } from './requests.ts';
import { variablesOf } from './values.ts';

/** A request as other HTTP clients take it. */
export interface RequestSample {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
}

/** The first `count` requests of a plan, drawn by its weights and with its variables filled in. */
export function requestSamples(
  plan: TrafficPlan,
  { target, seed, count }: { target: URL; seed: number; count: number },
): RequestSample[] {
  const context = {
    target,
    find: variablesOf(plan.variables ?? {}, seed),
    authorization: authorizationOf(plan.auth, process.env),
    cookies: false,
  };
  const prepared = plan.requests.map((spec) => prepareRequest(spec, context, false));
  const mix = weightedMix(
    plan.requests.map(({ weight }) => weight),
    seed,
  );
  return Array.from({ length: count }, (_, index) => {
    const request = prepared[mix(index)];
    if (request === undefined) throw new Error('a plan needs at least one request');
    return sampleOf(request.bytes(`sample-${index}`, { index, saved: null }));
  });
}

/** Headers that a client sets by itself. */
const clientsOwn = new Set(['host', 'connection', 'content-length']);

/** Takes a request's bytes (latin1) apart again. */
function sampleOf(bytes: string): RequestSample {
  const end = bytes.indexOf('\r\n\r\n');
  const [line = '', ...lines] = bytes.slice(0, end).split('\r\n');
  const [method = '', path = ''] = line.split(' ');
  const headers = lines.map((header): [string, string] => {
    const colon = header.indexOf(':');
    return [header.slice(0, colon), header.slice(colon + 1).trim()];
  });
  const body = bytes.slice(end + 4);
  return {
    method,
    path,
    headers: Object.fromEntries(headers.filter(([name]) => !clientsOwn.has(name.toLowerCase()))),
    ...(body === '' ? {} : { body: Buffer.from(body, 'latin1') }),
  };
}
