import type { IncomingMessage } from 'node:http';
import { fromProtobuf } from './decode/protobuf.ts';
import { badRequest, failure } from './errors.ts';

const maxBytes = 3 * 1024 * 1024;

const protobuf = 'application/vnd.kubernetes.protobuf';
/** What objects may be sent in. */
const objectTypes = ['application/json', 'application/yaml', protobuf];

/** Refuses to read a body in any other than the `accepted` media types. @throws {ApiError} 415. */
function requireType(request: IncomingMessage, accepted: readonly string[]): void {
  if (accepted.includes(mediaTypeOf(request))) return;
  const list = accepted.join(', ');
  const why = `the body of the request was in an unknown format - accepted media types include: ${list}`;
  throw failure(415, 'UnsupportedMediaType', why, {});
}

/** The object in the body, in whatever it was sent; `undefined` when there is none. @throws {ApiError} 400, 413, 415. */
export async function objectOf(request: IncomingMessage): Promise<unknown> {
  requireType(request, objectTypes);
  return bodyOf(request);
}

/** The body, whatever it is, as JSON; `undefined` when there is none. @throws {ApiError} 400, 413. */
export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const type = mediaTypeOf(request);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${maxBytes}`);
    }
    chunks.push(chunk);
  }
  if (type === protobuf && bytes > 0) {
    try {
      return fromProtobuf(Buffer.concat(chunks));
    } catch (error) {
      throw badRequest((error as Error).message);
    }
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return undefined;
  try {
    if (!type.includes('yaml')) return JSON.parse(text) as unknown;
    const { parse } = await import('yaml');
    return parse(text) as unknown;
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`);
  }
}

/** Content-Type without its parameters. */
export function mediaTypeOf(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';
}
