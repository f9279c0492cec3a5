import buildRequest from 'autocannon/lib/httpRequestBuilder.js';
import type { RequestSpec } from '../plan.ts';

/** The header that carries each request's own id, so that the pods' logs can be matched with the arrivals. */
const requestIdHeader = 'x-request-id';

/** The id that arrival `index` of a run with that seed carries. */
export function requestIds(seed: number): (index: number) => string {
  const prefix = `${(seed >>> 0).toString(16).padStart(8, '0')}-`;
  return (index) => prefix + String(index);
}

/** A request ready to be sent: text around the place of its id. All bytes as latin1, one character each. */
export interface PreparedRequest {
  beforeId: string;
  /** What follows the id where the connection stays open. */
  afterId: string;
  /** Whether the answer has no body. */
  head: boolean;
}

const idPlace = '\u0001id\u0001';
const keepAliveLine = 'Connection: keep-alive\r\n';

/**
 * Builds the request's bytes with autocannon's builder. `x-request-id` is the generator's; a header of that name in the
 * scenario is left out, as are Content-Length and Connection, which follow from the body and the connection policy.
 *
 * @throws {Error} for a method HTTP does not know.
 */
export function prepareRequest(spec: RequestSpec, target: URL, lastOnConnection: boolean): PreparedRequest {
  const method = spec.method.toUpperCase();
  const body = spec.body ?? '';
  const given = Object.entries(spec.headers).filter(([name]) => !ownHeaders.has(name.toLowerCase()));
  const length: [string, string][] = body === '' && expectsBody.has(method) ? [['Content-Length', '0']] : [];
  const text = buildRequest({ hostname: target.hostname, port: portOf(target) })({
    method,
    path: spec.path,
    headers: Object.fromEntries([...given, ...length, [requestIdHeader, idPlace]]),
    body,
  }).toString('latin1');
  const lines = lastOnConnection ? text.replace(keepAliveLine, 'Connection: close\r\n') : text;
  const at = lines.indexOf(idPlace);
  return {
    beforeId: lines.slice(0, at),
    afterId: lines.slice(at + idPlace.length),
    head: method === 'HEAD',
  };
}

/** The port a URL stands for; URL leaves out the scheme's own. */
export function portOf(target: URL): number {
  return target.port === '' ? (target.protocol === 'https:' ? 443 : 80) : Number(target.port);
}

const ownHeaders = new Set([requestIdHeader, 'content-length', 'connection']);
const expectsBody = new Set(['POST', 'PUT', 'PATCH']);
