import buildRequest from 'autocannon/lib/httpRequestBuilder.js';
import type { RequestSpec } from '../plan.ts';
import { isTemplate, parseTemplate, type TemplatePiece } from '../template.ts';
import { prepareChecks, textOf, type AnswerChecks } from './answer-checks.ts';
import { cookieLine } from './cookies.ts';
import type { FindVariable, Reader, Values } from './values.ts';

/** The header that carries each request's own id, so that the pods' logs can be matched with the arrivals. */
const requestIdHeader = 'x-request-id';

/** The id that arrival `index` of a run with that seed carries; later steps of a session have their number behind it. */
export function requestIds(seed: number): (index: number, step: number) => string {
  const prefix = `${(seed >>> 0).toString(16).padStart(8, '0')}-`;
  return (index, step) => (step === 0 ? prefix + String(index) : `${prefix}${index}.${step}`);
}

/** A request ready to be sent. All bytes as latin1, one character each. */
export interface PreparedRequest {
  /** The request's bytes for one arrival. */
  bytes(id: string, values: Values): string;
  /** Whether the answer has no body. */
  readonly head: boolean;
  /** What the answer must be, besides a good status, and what is kept of it. */
  readonly checks: AnswerChecks | null;
}

/** What requests are prepared with. */
export interface RequestContext {
  target: URL;
  find: FindVariable;
  /** The Authorization header of requests that bring none. */
  authorization: string | null;
  /** Whether the cookies of earlier answers are sent. */
  cookies: boolean;
}

/** Gives a piece of a request's bytes; `bodyLength` is known once the body is. */
type Piece = string | ((id: string, values: Values, bodyLength: number) => string);

const mark = '\u0001';
const idMark = `${mark}id${mark}`;
const lengthMark = `${mark}length${mark}`;
const cookieMark = `${mark}cookie${mark}`;
const keepAliveLine = 'Connection: keep-alive\r\n';

/**
 * Builds the request's bytes with autocannon's builder. `x-request-id` is the generator's; a header of that name in the
 * scenario is left out, as are Content-Length and Connection, which follow from the body and the connection policy.
 *
 * @throws {Error} for a method HTTP does not know and for a variable that nothing defines.
 */
export function prepareRequest(
  spec: RequestSpec,
  context: RequestContext,
  lastOnConnection: boolean,
): PreparedRequest {
  const { target, find } = context;
  const method = spec.method.toUpperCase();
  const fillers: ((values: Values) => string)[] = [];
  const marked = (text: string, encode: (text: string) => string): string =>
    parseTemplate(text)
      .map((piece) => {
        if (typeof piece === 'string') return piece;
        const read = readerOf(piece.variable, find, spec.name);
        fillers.push((values) => encode(textOf(read(values))));
        return `${mark}${fillers.length - 1}${mark}`;
      })
      .join('');

  const headers = headersOf(spec, context.authorization).map(([name, value]) => [
    name,
    marked(value, headerText),
  ]);
  const body = bodyPieces(spec, find);
  const fixed = body.every((piece) => typeof piece === 'string') ? body.join('') : null;
  const length: [string, string][] =
    fixed === null ? [['Content-Length', lengthMark]] : lengthHeader(method, fixed);
  const text = buildRequest({ hostname: target.hostname, port: portOf(target) })({
    method,
    path: marked(spec.path, pathText),
    headers: Object.fromEntries([...headers, ...length, [requestIdHeader, idMark]]) as Record<string, string>,
  }).toString('latin1');
  const kept = lastOnConnection ? text.replace(keepAliveLine, 'Connection: close\r\n') : text;
  const lines = context.cookies ? `${kept.slice(0, -2)}${cookieMark}\r\n` : kept;
  const pieces = lines.split(mark).map((piece, index): Piece => {
    if (index % 2 === 0) return piece;
    if (piece === 'id') return (id) => id;
    if (piece === 'cookie') return (_id, values) => cookieLine(values.saved);
    if (piece === 'length') return (_id, _values, bodyLength) => String(bodyLength);
    const filler = fillers[Number(piece)];
    return (_id, values) => filler?.(values) ?? '';
  });
  return {
    bytes: bytesOf(pieces, body, fixed),
    head: method === 'HEAD',
    checks: prepareChecks(spec, context.cookies, (template) => {
      const parts = template.map((piece) =>
        typeof piece === 'string' ? piece : readerOf(piece.variable, find, spec.name),
      );
      return (values) =>
        parts.map((part) => (typeof part === 'string' ? part : textOf(part(values)))).join('');
    }),
  };
}

/** The port a URL stands for; URL leaves out the scheme's own. */
export function portOf(target: URL): number {
  return target.port === '' ? (target.protocol === 'https:' ? 443 : 80) : Number(target.port);
}

const ownHeaders = new Set([requestIdHeader, 'content-length', 'connection']);
const expectsBody = new Set(['POST', 'PUT', 'PATCH']);

function headersOf({ headers }: RequestSpec, authorization: string | null): [string, string][] {
  const given = Object.entries(headers).filter(([name]) => !ownHeaders.has(name.toLowerCase()));
  const bringsOwn = given.some(([name]) => name.toLowerCase() === 'authorization');
  return authorization === null || bringsOwn ? given : [...given, ['Authorization', authorization]];
}

function lengthHeader(method: string, body: string): [string, string][] {
  return body !== '' || expectsBody.has(method) ? [['Content-Length', String(body.length)]] : [];
}

/** Most requests are the same but for their id: two texts around it, joined. */
function bytesOf(
  head: readonly Piece[],
  body: readonly Piece[],
  fixedBody: string | null,
): PreparedRequest['bytes'] {
  const [before, , after] = head;
  if (head.length === 3 && typeof before === 'string' && typeof after === 'string' && fixedBody !== null) {
    const rest = after + fixedBody;
    return (id) => before + id + rest;
  }
  return (id, values) => {
    let bodyText = fixedBody ?? '';
    if (fixedBody === null) {
      for (const piece of body) bodyText += typeof piece === 'string' ? piece : piece(id, values, 0);
    }
    let text = '';
    for (const piece of head) text += typeof piece === 'string' ? piece : piece(id, values, bodyText.length);
    return text + bodyText;
  };
}

function bodyPieces({ name, body, bodyFormat }: RequestSpec, find: FindVariable): Piece[] {
  if (body === null) return [];
  if (typeof body !== 'string') return [Buffer.from(body).toString('latin1')];
  if (!isTemplate(body)) return [latin1(body)];
  const pieces = parseTemplate(body);
  return pieces.map((piece, index): Piece => {
    if (typeof piece === 'string') return latin1(withoutQuotes(pieces, index, bodyFormat));
    const read = readerOf(piece.variable, find, name);
    if (bodyFormat !== 'json') return (_id, values) => latin1(textOf(read(values)));
    return isWholeText(pieces, index)
      ? (_id, values) => latin1(JSON.stringify(read(values)))
      : (_id, values) => latin1(JSON.stringify(textOf(read(values))).slice(1, -1));
  });
}

/** Whether a variable is all that stands between a JSON text's quotes. A quote that is escaped is none. */
function isWholeText(pieces: readonly TemplatePiece[], index: number): boolean {
  const before = pieces[index - 1];
  const after = pieces[index + 1];
  return (
    typeof before === 'string' &&
    before.endsWith('"') &&
    !before.endsWith('\\"') &&
    typeof after === 'string' &&
    after.startsWith('"')
  );
}

/** A piece of JSON text without the quotes around whole variables. */
function withoutQuotes(
  pieces: readonly TemplatePiece[],
  index: number,
  format: RequestSpec['bodyFormat'],
): string {
  const piece = pieces[index];
  if (typeof piece !== 'string') return '';
  if (format !== 'json') return piece;
  return piece.slice(isWholeText(pieces, index - 1) ? 1 : 0, isWholeText(pieces, index + 1) ? -1 : undefined);
}

function readerOf(variable: string, find: FindVariable, request: string): Reader {
  const read = find(variable);
  if (read === null) throw new Error(`request ${request}: nothing defines the variable "${variable}"`);
  return read;
}

/** Percent-encodes what a request's path may not hold; what it may, also `/ ? & =`, stays, so that a value can be a path. */
function pathText(value: string): string {
  return encodeURI(value.toWellFormed()).replaceAll('%25', '%').replaceAll('#', '%23');
}

/** A value as a header may hold it. */
function headerText(value: string): string {
  return latin1(value.replaceAll(/[\0\r\n]+/g, ' '));
}

/** The text's UTF-8 bytes, one character each. */
function latin1(text: string): string {
  // oxlint-disable-next-line no-control-regex -- ASCII is what is asked for
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text).toString('latin1');
}
