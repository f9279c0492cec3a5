import type { IncomingMessage } from 'node:http';
import { badRequest, failure } from './errors.ts';

const maxBytes = 3 * 1024 * 1024;

/** The body as JSON (or YAML, where that is what was sent); `undefined` when there is none. @throws {ApiError} 400, 413, 415. */
export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const type = mediaTypeOf(request);
  if (type.includes('protobuf') || type.includes('cbor')) {
    throw failure(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
      {},
    );
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${maxBytes}`);
    }
    chunks.push(chunk);
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
