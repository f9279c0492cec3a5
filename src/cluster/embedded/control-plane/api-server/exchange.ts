import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from '../../api.ts';
import { failure } from './errors.ts';

/** One HTTP request and the way to answer it. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
  query: URLSearchParams;
  /** The client's certificate names it. */
  user: { name: string; groups: string[] };
}

/** Answers with a JSON document. */
export function sendJson(
  { response }: Pick<Exchange, 'response'>,
  code: number,
  body: unknown,
  type?: string,
): void {
  sendText({ response }, code, JSON.stringify(body), type ?? 'application/json');
}

/** Answers with text that is ready, such as JSON of the store. */
export function sendText(
  { response }: Pick<Exchange, 'response'>,
  code: number,
  text: string,
  type = 'application/json',
): void {
  const length = Buffer.byteLength(text);
  response.writeHead(code, {
    'content-type': type,
    'content-length': length,
    'cache-control': 'no-cache, private',
  });
  response.end(text);
}

/** Answers with the Status of an error; what is no refusal is a mistake of ours and becomes a 500. */
export function sendError(exchange: Pick<Exchange, 'response'>, error: unknown): void {
  const { status } =
    error instanceof ApiError
      ? error
      : failure(
          500,
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
        );
  if (exchange.response.headersSent) exchange.response.destroy();
  else sendJson(exchange, status.code ?? 500, status);
}
